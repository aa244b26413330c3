using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// One try to gather a snapshot's words and to write them. What the provider says is believed here; the roots
/// judge it. One call of <see cref="WriteAsync"/>.
/// </summary>
internal sealed class SharedSnapshotGathering(
    MirrorOptions options, MirrorSnapshot snapshot, SharedSnapshotPlan plan)
{
    private readonly RouteTable _table = snapshot.Table;
    private readonly BlockId _block = BlockId.Hash(snapshot.BlockHash);

    /// <summary>
    /// Writes the snapshot; gives the reason in one line if that did not succeed, else nothing.
    /// </summary>
    public async Task<string> WriteAsync(Stream stream, CancellationToken cancellation)
    {
        if (_table.Nodes.Keys.Select((id, index) => id == index + 1).Contains(false))
            return "the mirrored table lacks a node";
        (NodeClaims? claims, string problem) = await ReadClaimsAsync(cancellation).ConfigureAwait(false);
        if (claims is null)
            return problem;
        (ulong[]? bonds, problem) = await ReadBondsAsync(cancellation).ConfigureAwait(false);
        if (bonds is null)
            return problem;
        IReadOnlyList<KeyValuePair<Bytes32, uint>> keys = claims.FormerKeys(_table);
        IReadOnlyList<KeyValuePair<Address, uint>> signers = claims.FormerSigners(_table);
        IReadOnlyList<Bytes32> nodeZeros = NodeZeros(), routeZeros = RouteZeros();
        SharedSnapshotHeader header = new(
            options, snapshot.BlockNumber, snapshot.BlockHash, _table.NodePosition, _table.RoutePosition,
            [
                _table.Nodes.Count, keys.Count, signers.Count, nodeZeros.Count, _table.Routes.Count,
                routeZeros.Count,
            ]);
        SharedSnapshotWriter writer = new(stream, header);
        foreach ((uint id, NodeRow row) in SharedSnapshotTable.Nodes(_table))
            writer.AddNode(row.Node, bonds[id - 1]);
        foreach ((Bytes32 point, uint id) in keys)
            writer.AddKey(point, id);
        foreach ((Address signer, uint id) in signers)
            writer.AddSigner(signer, id);
        foreach (Bytes32 slot in nodeZeros)
            writer.AddWord(SharedSnapshotPart.NodeWords, new StorageWord(slot, default));
        problem = await WriteRoutesAsync(writer, cancellation).ConfigureAwait(false);
        if (problem.Length > 0)
            return problem;
        foreach (Bytes32 slot in routeZeros)
            writer.AddWord(SharedSnapshotPart.RouteWords, new StorageWord(slot, default));
        writer.Finish();
        return string.Empty;
    }

    /// <summary>
    /// Slots of nodes that anvil keeps a leaf of zero for: whatever was written there was zero.
    /// </summary>
    private IReadOnlyList<Bytes32> NodeZeros() => !plan.KeepsZeros ? [] :
    [
        .. _table.Nodes
            .Where(entry => entry.Value.Node.DescriptorHash.IsZero)
            .Select(entry => RegistrySlots.After(
                RegistrySlots.Node(entry.Key), RegistrySlots.DescriptorWord))
            .Order(),
    ];

    private IReadOnlyList<Bytes32> RouteZeros() => !plan.KeepsZeros ? [] :
    [
        .. _table.Routes.From(default)
            .Where(entry => !entry.Value.Route.IsLive)
            .Select(entry => RegistrySlots.Route(entry.Key))
            .Order(),
    ];

    private async Task<(NodeClaims? Claims, string Problem)> ReadClaimsAsync(CancellationToken cancellation)
    {
        NodeClaims? known = plan.Earlier is { } earlier && earlier.Header.BlockNumber <= snapshot.BlockNumber
            ? NodeClaims.Read(earlier)
            : null;
        ulong from = known is null ? options.StartBlock : plan.Earlier!.Header.BlockNumber + 1;
        NodeClaims claims = known ?? NodeClaims.None;
        string problem = claims.Position == _table.NodePosition
            ? string.Empty
            : await ApplyEventsAsync(claims, from, cancellation).ConfigureAwait(false);
        if (problem.Length == 0 && claims.Position != _table.NodePosition)
            problem = "left out or changed events of the node registry";
        return problem.Length == 0 ? (claims, problem) : (null, problem);
    }

    private async Task<string> ApplyEventsAsync(
        NodeClaims claims, ulong from, CancellationToken cancellation)
    {
        ulong range = SharedSnapshotLimits.EventRangeBlocks;
        while (from <= snapshot.BlockNumber)
        {
            ulong to = Math.Min(snapshot.BlockNumber, from + range - 1);
            LogFilter filter = LogFilter.Range(from, to, [options.NodeRegistry], [NodeChanged.Topic]);
            RpcResult<LogEntry[]> answer = await plan.Provider.GetLogsAsync(filter, cancellation)
                .ConfigureAwait(false);
            if (!answer.TryGet(out LogEntry[]? logs, out RpcFault? fault))
            {
                bool isTooMuch = fault.Kind
                    is RpcErrorKind.Rejected or RpcErrorKind.TooLarge or RpcErrorKind.Timeout;
                if (!isTooMuch || range == 1)
                    return fault.Message;
                range = Math.Max(1, range / 2);
                continue;
            }

            if (!logs.All(claims.TryApply))
                return "gave events of the node registry that do not follow each other";
            from = to + 1;
        }

        return string.Empty;
    }

    /// <summary>When each node's bond becomes free; 0 for a node that is not retired.</summary>
    private async Task<(ulong[]? Bonds, string Problem)> ReadBondsAsync(CancellationToken cancellation)
    {
        ulong[] bonds = new ulong[_table.Nodes.Count];
        uint[] retired =
        [
            .. _table.Nodes
                .Where(entry => entry.Value.Node.State == NodeState.Retired)
                .Select(entry => entry.Key),
        ];
        (Bytes32[]? words, string problem) = await ReadWordsAsync(
            options.NodeRegistry, [.. retired.Select(RegistrySlots.BondFreeAt)], cancellation)
            .ConfigureAwait(false);
        for (int i = 0; i < retired.Length && words is not null; i++)
            bonds[retired[i] - 1] = Number(words[i]);
        return words is null ? (null, problem) : (bonds, problem);
    }

    private async Task<string> WriteRoutesAsync(SharedSnapshotWriter writer, CancellationToken cancellation)
    {
        SharedNonces known = new(plan.Earlier);
        foreach (KeyValuePair<Address, RouteRow>[] routes in
            SharedSnapshotTable.Routes(_table).Chunk(SharedSnapshotLayout.BlockRecords))
        {
            ulong[] nonces = new ulong[routes.Length];
            List<int> unknown = [];
            for (int i = 0; i < routes.Length; i++)
            {
                if (!known.TryFind(routes[i].Key, routes[i].Value.Route, out nonces[i]))
                    unknown.Add(i);
            }

            Bytes32[] slots = [.. unknown.Select(i => RegistrySlots.Nonce(routes[i].Key))];
            (Bytes32[]? words, string problem) = await ReadWordsAsync(
                options.RouteRegistry, slots, cancellation).ConfigureAwait(false);
            if (words is null)
                return problem;
            for (int i = 0; i < words.Length; i++)
                nonces[unknown[i]] = Number(words[i]);
            for (int i = 0; i < routes.Length; i++)
            {
                RouteRow row = routes[i].Value;
                writer.AddRoute(routes[i].Key, new SharedRoute(row.Route, nonces[i], row.Signature));
            }
        }

        return string.Empty;
    }

    /// <summary>Words of a registry, in batches, several at once.</summary>
    private async Task<(Bytes32[]? Words, string Problem)> ReadWordsAsync(
        Address registry, Bytes32[] slots, CancellationToken cancellation)
    {
        List<Bytes32> words = new(slots.Length);
        foreach (Bytes32[][] batches in
            slots.Chunk(ChainLimits.BatchCallsMax).Chunk(ChainLimits.StorageRequestsAtOnce))
        {
            RpcResult<Bytes32[]>[] answers = await Task.WhenAll(batches.Select(batch =>
                plan.Provider.GetStorageAsync(registry, batch, _block, cancellation))).ConfigureAwait(false);
            foreach (RpcResult<Bytes32[]> answer in answers)
            {
                if (!answer.TryGet(out Bytes32[]? batch, out RpcFault? fault))
                    return (null, fault.Message);
                words.AddRange(batch);
            }
        }

        return ([.. words], string.Empty);
    }

    /// <summary>
    /// A word that is a small number; any other is not what the chain holds, as the root will show.
    /// </summary>
    private static ulong Number(in Bytes32 word) => (ulong)word.ToUInt256().Low;
}
