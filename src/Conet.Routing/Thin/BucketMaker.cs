using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;

namespace Conet.Routing.Thin;

/// <summary>
/// Makes buckets: chooses the routes in a mirrored table and asks a chain provider for the proofs of their
/// words at that table's block. What does not agree with the table is not handed out. Thread-safe.
/// </summary>
/// <param name="options">The network.</param>
/// <param name="providers">Asked in turn until one gives proofs that hold.</param>
public sealed class BucketMaker(MirrorOptions options, IReadOnlyList<IChainProvider> providers)
{
    private const int SlotsOfRoute = 2;
    private const int RoutesOfProof = ChainLimits.ProofSlotsMax / SlotsOfRoute;

    /// <summary>Makes the bucket that answers a prefix.</summary>
    /// <param name="snapshot">Table and block.</param>
    /// <param name="asked">What a client named.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<MadeBucket> MakeAsync(
        MirrorSnapshot snapshot, AddressPrefix asked, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        BucketChoice choice;
        try
        {
            choice = BucketChoice.Of(snapshot.Table, asked);
        }
        catch (InvalidDataException fault)
        {
            return new MadeBucket(
                BucketState.NotAvailable, asked, 0, snapshot.BlockNumber, default, fault.Message);
        }

        if (choice.IsTooLarge)
            return Without(BucketState.TooMany, snapshot, choice, string.Empty);
        string problem = "there is no chain provider";
        foreach (IChainProvider provider in providers)
        {
            (byte[]? content, string fault) = await TryMakeAsync(provider, snapshot, choice, cancellation)
                .ConfigureAwait(false);
            if (content is not null)
            {
                return new MadeBucket(
                    BucketState.Ready, choice.Prefix, choice.Rows.Count, snapshot.BlockNumber, content,
                    string.Empty);
            }

            problem = $"{provider.Name}: {fault}";
        }

        return Without(BucketState.NotAvailable, snapshot, choice, problem);
    }

    private static MadeBucket Without(
        BucketState state, MirrorSnapshot snapshot, BucketChoice choice, string problem) =>
        new(state, choice.Prefix, choice.Rows.Count, snapshot.BlockNumber, default, problem);

    private async Task<(byte[]? Content, string Fault)> TryMakeAsync(
        IChainProvider provider,
        MirrorSnapshot snapshot,
        BucketChoice choice,
        CancellationToken cancellation)
    {
        BlockId block = BlockId.Hash(snapshot.BlockHash);
        RpcResult<BlockHeader?> answer = await provider.GetBlockAsync(block, cancellation)
            .ConfigureAwait(false);
        if (!answer.TryGet(out BlockHeader? header, out RpcFault? fault))
            return (null, fault.ToString());
        if (header is null || header.Hash != snapshot.BlockHash || header.Number != snapshot.BlockNumber)
            return (null, $"does not have block {snapshot.BlockNumber}");

        List<byte[]> storage = [];
        HashSet<Bytes32> seen = [];
        byte[][] account = [];
        foreach (KeyValuePair<Address, RouteRow>[] rows in Batches(choice.Rows))
        {
            Bytes32[] slots = [.. rows.SelectMany(SlotsOf)];
            RpcResult<AccountProof> proved = await provider
                .GetProofAsync(options.RouteRegistry, slots, block, cancellation).ConfigureAwait(false);
            if (!proved.TryGet(out AccountProof? proof, out fault))
                return (null, fault.ToString());
            if (!StateProof.TryVerify(header.StateRoot, proof, out AccountState? state, out MerkleError error)
                || state is null)
                return (null, $"its proof does not hold ({error})");
            if (!proof.Storage.Select(slot => slot.Value).SequenceEqual(rows.SelectMany(WordsOf)))
                return (null, "its proof is of other words than the table's");
            account = proof.AccountNodes;
            IEnumerable<byte[]> nodes = proof.Storage.SelectMany(slot => slot.Nodes);
            storage.AddRange(nodes.Where(node => seen.Add(MerklePatricia.Hash(node))));
        }

        BucketHead head = new(
            options.ChainId, options.RouteRegistry, header.Number, header.Hash, header.StateRoot,
            header.TimestampSeconds, choice.Prefix);
        BucketRecord[] records =
        [
            .. choice.Rows.Select(row => new BucketRecord(row.Key, row.Value.Route, row.Value.Signature)),
        ];
        byte[]? content = BucketFormat.Write(head, records, account, storage);
        return (content, content is null ? "its proofs are longer than an answer may be" : string.Empty);
    }

    /// <summary>Rows of one proof each; one empty batch if there are none, for the account.</summary>
    private static IEnumerable<KeyValuePair<Address, RouteRow>[]> Batches(
        IReadOnlyList<KeyValuePair<Address, RouteRow>> rows) =>
        rows.Count == 0 ? [[]] : rows.Chunk(RoutesOfProof);

    private static Bytes32[] SlotsOf(KeyValuePair<Address, RouteRow> row)
    {
        (Bytes32 prekey, Bytes32 packed) = BucketRecord.SlotsOf(row.Key);
        return [prekey, packed];
    }

    private static UInt256[] WordsOf(KeyValuePair<Address, RouteRow> row) =>
        [row.Value.Route.Prekey.ToUInt256(), row.Value.Route.ToPackedWord()];
}
