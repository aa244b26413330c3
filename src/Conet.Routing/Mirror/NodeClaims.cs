using System.Buffers.Binary;
using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Every key and signer that a node ever had: the registry keeps them for ever, and no record of today names
/// the former ones. Collected from the registry's events, whose rolling hash shows that none is missing.
/// </summary>
internal sealed class NodeClaims
{
    private readonly Dictionary<Bytes32, uint> _keys = [];
    private readonly Dictionary<Address, uint> _signers = [];

    /// <summary>How far the events have been applied.</summary>
    public RegistryPosition Position { get; private set; }

    /// <summary>Claims of no node.</summary>
    public static NodeClaims None => new();

    /// <summary>What a snapshot holds; null if it cannot be read.</summary>
    public static NodeClaims? Read(SharedSnapshotReader reader)
    {
        NodeClaims claims = new() { Position = reader.Header.NodePosition };
        SharedSnapshotBlock block = new();
        for (SharedSnapshotPart part = 0; part <= SharedSnapshotPart.Signers; part++)
        {
            for (int index = 0; index < reader.Blocks(part); index++)
            {
                if (reader.TryRead(part, index, block) != SharedSnapshotProblem.None)
                    return null;
                for (int i = 0; i < block.Count; i++)
                    claims.Take(part, (index * SharedSnapshotLayout.BlockRecords) + i, block[i]);
            }
        }

        return claims;
    }

    /// <summary>Applies the registry's next event. False if it is not the next.</summary>
    public bool TryApply(LogEntry log)
    {
        if (!RegistryEvent.TryRead(log, out RegistryEvent? change, out _) || change is not NodeChanged node
            || log.Topics.Length != 2 || node.Sequence != Position.Count + 1)
        {
            return false;
        }

        Add(node.NodeId.Value, node.Node);
        Position = new RegistryPosition(
            node.Sequence, EventsHash.Next(Position.Hash, node.Sequence, log.Topics[1], log.Data));
        return true;
    }

    /// <summary>Keys that no node has now, in order.</summary>
    public IReadOnlyList<KeyValuePair<Bytes32, uint>> FormerKeys(RouteTable table)
    {
        HashSet<Bytes32> current = [];
        foreach (NodeRow row in table.Nodes.Values)
        {
            current.Add(RegistrySlots.Point(row.Node.LinkKey));
            current.Add(RegistrySlots.Point(row.Node.SealKey));
        }

        return [.. _keys.Where(entry => !current.Contains(entry.Key)).OrderBy(entry => entry.Key)];
    }

    /// <summary>Signers that no node has now, in order.</summary>
    public IReadOnlyList<KeyValuePair<Address, uint>> FormerSigners(RouteTable table)
    {
        HashSet<Address> current = [.. table.Nodes.Values.Select(row => row.Node.Signer)];
        return [.. _signers.Where(entry => !current.Contains(entry.Key)).OrderBy(entry => entry.Key)];
    }

    private void Take(SharedSnapshotPart part, int index, ReadOnlySpan<byte> record)
    {
        if (part == SharedSnapshotPart.Keys)
            _keys[new Bytes32(record[..Bytes32.Size])] = ReadId(record[Bytes32.Size..]);
        else if (part == SharedSnapshotPart.Signers)
            _signers[new Address(record[..Address.Size])] = ReadId(record[Address.Size..]);
        else if (NodeWords.TryRead(record, out NodeRecord node))
            Add((uint)index + 1, node);
    }

    private static uint ReadId(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private void Add(uint nodeId, in NodeRecord node)
    {
        _keys[RegistrySlots.Point(node.LinkKey)] = nodeId;
        _keys[RegistrySlots.Point(node.SealKey)] = nodeId;
        _signers[node.Signer] = nodeId;
    }
}
