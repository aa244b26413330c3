using System.Globalization;
using System.Text;
using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;

namespace Conet.Host.Node;

/// <summary>
/// The mirror's part of a status: as Prometheus text, as JSON, and read back from that JSON. Pure.
/// </summary>
internal static class MirrorText
{
    private const int ProvidersReadMax = HostLimits.ProvidersMax;

    /// <summary>Adds its metrics.</summary>
    public static void AppendTo(StringBuilder text, TableStatus mirror)
    {
        Gauge(text, "conet_mirror_head_block", "Last block of the table.", mirror.HeadBlock);
        Gauge(text, "conet_mirror_chain_block", "Head as the provider says.", mirror.ChainBlock);
        Gauge(text, "conet_mirror_proved_block", "Last block the table was proved at.", mirror.ProvedBlock);
        Gauge(text, "conet_mirror_proved", "1 if the table that serves is proved.", mirror.IsProved ? 1 : 0);
        Gauge(text, "conet_mirror_confirmed", "1 if a quorum names its block.", mirror.IsConfirmed ? 1 : 0);
        Gauge(text, "conet_mirror_finalised_block", "Last block that is final.", mirror.FinalisedBlock);
        if (mirror.StalenessSeconds is double staleness)
            Gauge(text, "conet_mirror_staleness_seconds", "Seconds since the head was confirmed.", staleness);
        StatusText.Counter(
            text, "conet_mirror_blocks_undone_total", "Blocks undone in reorganisations.",
            mirror.BlocksUndone);
        Gauge(text, "conet_mirror_provider_failures", "Failures in a row of all providers.",
            mirror.ProviderFailures);
        EachProvider(text, mirror, "conet_mirror_provider_used", "gauge", "1 if it is asked.",
            provider => provider.State == ProviderState.InUse ? 1 : 0);
        EachProvider(text, mirror, "conet_mirror_provider_answers_total", "counter", "Answers used.",
            provider => provider.Answers);
        EachProvider(text, mirror, "conet_mirror_provider_lies_total", "counter", "Lies shown.",
            provider => provider.Lies);
        EachProvider(text, mirror, "conet_mirror_provider_latency_ms", "gauge", "Usual time to an answer.",
            provider => (long)provider.LatencyMs);
    }

    /// <summary>Adds its properties.</summary>
    public static void WriteTo(Utf8JsonWriter json, TableStatus mirror)
    {
        json.WriteBoolean("mirror_loaded", mirror.Loaded);
        json.WriteNumber("mirror_chain_id", mirror.ChainId);
        json.WriteNumber("mirror_head_block", mirror.HeadBlock);
        json.WriteString("mirror_block_hash", mirror.BlockHash.ToString());
        json.WriteNumber("mirror_block_time", mirror.BlockTimeSeconds);
        json.WriteNumber("mirror_chain_block", mirror.ChainBlock);
        json.WriteBoolean("mirror_at_head", mirror.IsAtHead);
        json.WriteBoolean("mirror_proved", mirror.IsProved);
        json.WriteNumber("mirror_proved_block", mirror.ProvedBlock);
        json.WriteBoolean("mirror_confirmed", mirror.IsConfirmed);
        json.WriteNumber("mirror_finalised_block", mirror.FinalisedBlock);
        json.WriteString("mirror_origin", NodeStatus.SnakeCase(mirror.Origin.ToString()));
        json.WriteNumber("mirror_blocks_undone", mirror.BlocksUndone);
        if (mirror.StalenessSeconds is double staleness)
            json.WriteNumber("mirror_staleness_seconds", staleness);
        else
            json.WriteNull("mirror_staleness_seconds");
        json.WriteNumber("mirror_provider_failures", mirror.ProviderFailures);
        json.WriteString("mirror_problem", mirror.Problem);
        WriteProviders(json, "mirror_providers", mirror.Providers);
        json.WriteNumber("routes", mirror.Routes);
        json.WriteNumber("nodes", mirror.Nodes);
    }

    /// <summary>Writes the list of providers.</summary>
    public static void WriteProviders(
        Utf8JsonWriter json, string name, IReadOnlyList<ProviderStatus> providers)
    {
        json.WriteStartArray(name);
        foreach (ProviderStatus provider in providers)
        {
            json.WriteStartObject();
            json.WriteString("name", provider.Name);
            json.WriteString("state", NodeStatus.SnakeCase(provider.State.ToString()));
            json.WriteNumber("rest_seconds", provider.RestSeconds);
            json.WriteNumber("score", provider.Score);
            json.WriteNumber("answers", provider.Answers);
            json.WriteNumber("failures", provider.Failures);
            json.WriteNumber("lies", provider.Lies);
            json.WriteNumber("latency_ms", provider.LatencyMs);
            json.WriteString("last_problem", provider.LastProblem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote. False for anything else; never throws.</summary>
    public static bool TryRead(JsonElement json, out TableStatus status)
    {
        status = new TableStatus();
        try
        {
            JsonElement staleness = json.GetProperty("mirror_staleness_seconds");
            status = new TableStatus
            {
                Loaded = json.GetProperty("mirror_loaded").GetBoolean(),
                ChainId = json.GetProperty("mirror_chain_id").GetUInt64(),
                HeadBlock = json.GetProperty("mirror_head_block").GetUInt64(),
                BlockHash = HashOf(json.GetProperty("mirror_block_hash")),
                BlockTimeSeconds = json.GetProperty("mirror_block_time").GetUInt64(),
                ChainBlock = json.GetProperty("mirror_chain_block").GetUInt64(),
                IsAtHead = json.GetProperty("mirror_at_head").GetBoolean(),
                IsProved = json.GetProperty("mirror_proved").GetBoolean(),
                ProvedBlock = json.GetProperty("mirror_proved_block").GetUInt64(),
                IsConfirmed = json.GetProperty("mirror_confirmed").GetBoolean(),
                FinalisedBlock = json.GetProperty("mirror_finalised_block").GetUInt64(),
                Origin = ValueOf<TableOrigin>(json.GetProperty("mirror_origin")),
                BlocksUndone = json.GetProperty("mirror_blocks_undone").GetInt64(),
                Problem = json.GetProperty("mirror_problem").GetString() ?? string.Empty,
                StalenessSeconds = staleness.ValueKind == JsonValueKind.Null ? null : staleness.GetDouble(),
                Routes = json.GetProperty("routes").GetInt32(),
                Nodes = json.GetProperty("nodes").GetInt32(),
                Providers =
                [
                    .. json.GetProperty("mirror_providers").EnumerateArray().Take(ProvidersReadMax)
                        .Select(ReadProvider),
                ],
            };
            return true;
        }
        catch (Exception fault) when (
            fault is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static ProviderStatus ReadProvider(JsonElement json) => new(
        json.GetProperty("name").GetString() ?? string.Empty,
        ValueOf<ProviderState>(json.GetProperty("state")),
        json.GetProperty("rest_seconds").GetDouble(),
        json.GetProperty("score").GetDouble(),
        json.GetProperty("answers").GetInt64(),
        json.GetProperty("failures").GetInt32(),
        json.GetProperty("lies").GetInt64(),
        json.GetProperty("latency_ms").GetDouble(),
        json.GetProperty("last_problem").GetString());

    private static Bytes32 HashOf(JsonElement text) =>
        Bytes32.TryParseHex(text.GetString(), out Bytes32 hash) ? hash : throw new FormatException();

    private static T ValueOf<T>(JsonElement text)
        where T : struct, Enum
    {
        string? name = text.GetString();
        foreach (T value in Enum.GetValues<T>())
        {
            if (NodeStatus.SnakeCase(value.ToString()) == name)
                return value;
        }

        throw new FormatException();
    }

    private static void Gauge(StringBuilder text, string name, string help, double value) =>
        StatusText.Gauge(text, name, help, value);

    private static void EachProvider(
        StringBuilder text,
        TableStatus mirror,
        string name,
        string type,
        string help,
        Func<ProviderStatus, long> value)
    {
        StatusText.Head(text, name, help, type);
        foreach ((int index, ProviderStatus provider) in mirror.Providers.Index())
        {
            // By number: an operator's list may name the same host twice.
            string number = index.ToString(CultureInfo.InvariantCulture);
            StatusText.Line(text, name, "provider", number, value(provider));
        }
    }
}
