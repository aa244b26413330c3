using System.Text.Json;

namespace Conet.Host.Commands.Local;

/// <summary>What `conet up` shows of a node, read from its /status. Immutable.</summary>
internal sealed record LocalNodeStatus(
    bool IsReady,
    string NotReady,
    ulong MirrorBlock,
    int Routes,
    double? StalenessSeconds,
    long Forwarded,
    long Delivered,
    int Attachments,
    int Reachable,
    IReadOnlyDictionary<string, long> Drops,
    long AllocatedBytes,
    long CellsSinceWarmUp)
{
    public long DropCount => Drops.Values.Sum();

    /// <summary>Reads it; null if something is not there.</summary>
    public static LocalNodeStatus? From(JsonElement json)
    {
        try
        {
            Dictionary<string, long> drops = [];
            AddCounts(json.GetProperty("drops"), drops);
            AddCounts(json.GetProperty("control_drops"), drops);
            JsonElement staleness = json.GetProperty("mirror_staleness_seconds");
            return new LocalNodeStatus(
                json.GetProperty("ready").GetBoolean(),
                json.GetProperty("not_ready").GetString() ?? string.Empty,
                json.GetProperty("mirror_head_block").GetUInt64(),
                json.GetProperty("routes").GetInt32(),
                staleness.ValueKind == JsonValueKind.Number ? staleness.GetDouble() : null,
                json.GetProperty("cells_forwarded").GetInt64(),
                json.GetProperty("cells_delivered").GetInt64(),
                json.GetProperty("attachments").GetInt32(),
                json.GetProperty("links").EnumerateArray()
                    .Count(link => link.GetProperty("reachable").GetBoolean()),
                drops,
                json.GetProperty("worker_allocated_bytes").GetInt64(),
                json.GetProperty("worker_cells_since_warm_up").GetInt64());
        }
        catch (Exception fault) when (
            fault is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static void AddCounts(JsonElement counts, Dictionary<string, long> sums)
    {
        foreach (JsonProperty count in counts.EnumerateObject())
        {
            if (count.Value.GetInt64() != 0)
                sums[count.Name] = sums.GetValueOrDefault(count.Name) + count.Value.GetInt64();
        }
    }
}
