using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Between shared snapshots and tables. Which event a record came from is not proved and so not known: its
/// number is 0 in the table, and its block that of the snapshot.
/// </summary>
internal static class SharedSnapshotTable
{
    /// <summary>Nodes of a table in the order of a snapshot.</summary>
    public static IEnumerable<KeyValuePair<uint, NodeRow>> Nodes(RouteTable table) => table.Nodes;

    /// <summary>Routes of a table in the order of a snapshot.</summary>
    public static IEnumerable<KeyValuePair<Address, RouteRow>> Routes(RouteTable table) =>
        table.Routes.From(default);

    /// <summary>Makes a table of a snapshot that was proved.</summary>
    public static SharedSnapshotProblem TryRead(
        SharedSnapshotReader reader, BlockHeader block, ReadOnlySpan<byte> tableSecret,
        out MirrorSnapshot? snapshot, CancellationToken cancellation)
    {
        snapshot = null;
        RouteTableBuilder builder = RouteTable.Create(tableSecret).ToBuilder();
        builder.SetTime(block.TimestampSeconds);
        SharedSnapshotBlock records = new();
        SharedSnapshotPart[] parts = [SharedSnapshotPart.Nodes, SharedSnapshotPart.Routes];
        foreach (SharedSnapshotPart part in parts)
        {
            for (int index = 0; index < reader.Blocks(part); index++)
            {
                cancellation.ThrowIfCancellationRequested();
                SharedSnapshotProblem problem = reader.TryRead(part, index, records);
                if (problem != SharedSnapshotProblem.None)
                    return problem;
                int first = index * SharedSnapshotLayout.BlockRecords;
                for (int i = 0; i < records.Count; i++)
                {
                    bool isRead = part == SharedSnapshotPart.Nodes
                        ? TryReadNode(builder, (uint)(first + i + 1), records[i], block.Number)
                        : TryReadRoute(builder, records[i], block.Number);
                    if (!isRead)
                        return SharedSnapshotProblem.Malformed;
                }
            }
        }

        builder.Restore(reader.Header.NodePosition, reader.Header.RoutePosition);
        snapshot = new MirrorSnapshot(
            block.Number, block.Hash, builder.Build(), TableOrigin.StrangersSnapshot);
        return SharedSnapshotProblem.None;
    }

    private static bool TryReadNode(
        RouteTableBuilder builder, uint nodeId, ReadOnlySpan<byte> record, ulong blockNumber)
    {
        if (!NodeWords.TryRead(record, out NodeRecord node))
            return false;
        builder.Restore(nodeId, new NodeRow(node, Sequence: 0, blockNumber));
        return true;
    }

    private static bool TryReadRoute(RouteTableBuilder builder, ReadOnlySpan<byte> record, ulong blockNumber)
    {
        if (!SharedRoute.TryRead(record, out SharedRoute route))
            return false;
        Address wallet = new(record[..Address.Size]);
        builder.Restore(wallet, new RouteRow(route.Route, route.Signature, Sequence: 0, blockNumber));
        return true;
    }
}
