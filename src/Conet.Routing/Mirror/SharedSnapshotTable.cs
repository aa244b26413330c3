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
        SharedRouteRows rows = new((int)reader.Header.Routes);
        SharedSnapshotPart part = SharedSnapshotPart.Routes;
        SharedSnapshotProblem problem = ForEach(reader, part, cancellation, (_, record) =>
        {
            bool isRoute = SharedRoute.TryRead(record, out SharedRoute route);
            if (isRoute)
            {
                rows.Add(
                    new Address(record[..Address.Size]),
                    new RouteRow(route.Route, route.Signature, Sequence: 0, block.Number));
            }

            return isRoute;
        });
        if (problem != SharedSnapshotProblem.None)
            return problem;
        RouteTableBuilder builder = RouteTable
            .Load(tableSecret, rows.Finish(), rows.HomeSets, block.TimestampSeconds)
            .ToBuilder();
        problem = ForEach(reader, SharedSnapshotPart.Nodes, cancellation, (index, record) =>
        {
            bool isNode = NodeWords.TryRead(record, out NodeRecord node);
            if (isNode)
                builder.Restore((uint)index + 1, new NodeRow(node, Sequence: 0, block.Number));
            return isNode;
        });
        if (problem != SharedSnapshotProblem.None)
            return problem;
        builder.Restore(reader.Header.NodePosition, reader.Header.RoutePosition);
        snapshot = new MirrorSnapshot(
            block.Number, block.Hash, builder.Build(), TableOrigin.StrangersSnapshot);
        return SharedSnapshotProblem.None;
    }

    private static SharedSnapshotProblem ForEach(
        SharedSnapshotReader reader, SharedSnapshotPart part, CancellationToken cancellation, TakeRecord take)
    {
        SharedSnapshotBlock records = new();
        for (int block = 0; block < reader.Blocks(part); block++)
        {
            cancellation.ThrowIfCancellationRequested();
            SharedSnapshotProblem problem = reader.TryRead(part, block, records);
            if (problem != SharedSnapshotProblem.None)
                return problem;
            int first = block * SharedSnapshotLayout.BlockRecords;
            for (int i = 0; i < records.Count; i++)
            {
                if (!take(first + i, records[i]))
                    return SharedSnapshotProblem.Malformed;
            }
        }

        return SharedSnapshotProblem.None;
    }

    private delegate bool TakeRecord(int index, ReadOnlySpan<byte> record);
}
