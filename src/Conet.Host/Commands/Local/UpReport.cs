using System.Text.Json;

namespace Conet.Host.Commands.Local;

/// <summary>
/// The numbers of a local network at one moment, summed over its nodes and both directions. Immutable.
/// </summary>
internal sealed record UpReport
{
    public required int Nodes { get; init; }

    public required int Sent { get; init; }

    public required int Delivered { get; init; }

    public required int Receipts { get; init; }

    public required int Lost { get; init; }

    public required int Duplicates { get; init; }

    public required int Wrong { get; init; }

    public required double P50Us { get; init; }

    public required double P99Us { get; init; }

    public required long CellsForwarded { get; init; }

    public required long CellsDelivered { get; init; }

    public required double BytesAllocatedPerCell { get; init; }

    public required ulong ChainBlocks { get; init; }

    public required IReadOnlyDictionary<string, long> Drops { get; init; }

    public required double Seconds { get; init; }

    public bool IsGood => Lost == 0 && Duplicates == 0 && Wrong == 0 && Delivered == Sent;

    public static UpReport From(
        IReadOnlyList<LocalNodeStatus?> nodes, IReadOnlyList<DemoTraffic> traffic, ulong chainBlocks,
        double seconds)
    {
        LocalNodeStatus[] known = [.. nodes.OfType<LocalNodeStatus>()];
        double[] latencies = [.. traffic.SelectMany(direction => direction.LatenciesUs())];
        Array.Sort(latencies);
        long cells = known.Sum(node => node.CellsSinceWarmUp);
        int sent = traffic.Sum(direction => direction.Sent), delivered = traffic.Sum(
            direction => direction.Delivered);
        return new UpReport
        {
            Nodes = nodes.Count,
            Sent = sent,
            Delivered = delivered,
            Receipts = traffic.Sum(direction => direction.Receipts),
            Lost = traffic.Sum(direction => direction.Lost),
            Duplicates = traffic.Sum(direction => direction.Duplicates),
            Wrong = traffic.Sum(direction => direction.Wrong),
            P50Us = At(latencies, 0.50),
            P99Us = At(latencies, 0.99),
            CellsForwarded = known.Sum(node => node.Forwarded),
            CellsDelivered = known.Sum(node => node.Delivered),
            BytesAllocatedPerCell = cells == 0 ? 0 : (double)known.Sum(node => node.AllocatedBytes) / cells,
            ChainBlocks = chainBlocks,
            Drops = known.SelectMany(node => node.Drops)
                .GroupBy(drop => drop.Key, drop => drop.Value)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Sum()),
            Seconds = seconds,
        };
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("nodes", Nodes);
        json.WriteNumber("sent", Sent);
        json.WriteNumber("delivered", Delivered);
        json.WriteNumber("receipts", Receipts);
        json.WriteNumber("lost", Lost);
        json.WriteNumber("duplicates", Duplicates);
        json.WriteNumber("wrong", Wrong);
        json.WriteNumber("p50_us", Math.Round(P50Us, 1));
        json.WriteNumber("p99_us", Math.Round(P99Us, 1));
        json.WriteNumber("cells_forwarded", CellsForwarded);
        json.WriteNumber("cells_delivered", CellsDelivered);
        json.WriteNumber("bytes_allocated_per_cell", BytesAllocatedPerCell);
        json.WriteNumber("chain_blocks", ChainBlocks);
        json.WriteStartObject("drops");
        foreach ((string reason, long count) in Drops)
            json.WriteNumber(reason, count);
        json.WriteEndObject();
        json.WriteNumber("seconds", Math.Round(Seconds, 2));
    }

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
