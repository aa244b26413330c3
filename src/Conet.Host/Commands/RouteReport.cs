using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Host.Commands;

/// <summary>
/// What the mirrored table says of one address: its record, where that came from, whether it is proved, and
/// where its cells go.
/// </summary>
internal sealed class RouteReport
{
    private readonly Address _wallet;
    private readonly MirrorStatus _mirror;
    private readonly RouteRow? _row;
    private readonly ulong _nowSeconds;
    private readonly uint[] _nextHomes;
    private readonly int _prefixBits;

    public RouteReport(NetworkSession session, in Address wallet)
    {
        RouteTable table = session.Mirror.Table;
        _wallet = wallet;
        _mirror = session.Mirror.Status;
        _nowSeconds = table.TimeSeconds;
        IsInForce = table.TryGetLiveRoute(wallet, out _);
        _row = table.Routes.TryGetValue(wallet, out RouteRow? row) ? row : null;
        _nextHomes = table.TryGetHomes(wallet, out Homes homes)
            ? [.. new[] { homes.First, homes.Second, homes.Third }.Where(id => id != 0)]
            : [];
        _prefixBits = IsInForce ? 160 : _nextHomes.Length > 0 ? 32 : 0;
        Signature = _row is null ? "none" : SignatureOf(session, wallet, _row);
    }

    /// <summary>Whether there is a route that has neither expired nor been cleared.</summary>
    public bool IsInForce { get; }

    /// <summary>"valid", "unsigned", "invalid", or "none" without a live record.</summary>
    public string Signature { get; }

    /// <summary>"in force", "expired", "cleared" or "none".</summary>
    public string State =>
        _row is null ? "none" : IsInForce ? "in force" : _row.Route.IsLive ? "expired" : "cleared";

    /// <summary>Says it; the code says whether there is a route in force.</summary>
    public int Show(CommandOutput output)
    {
        if (_row is null)
            output.Line($"{_wallet}: never had a route");
        else
            ShowRow(output, _row);
        output.Line($"  table      block {_mirror.Block} of {Age.At(_mirror.BlockTimeSeconds)}, "
            + $"{MirrorReport.Staleness(_mirror.StaleSeconds)}; {MirrorReport.Origin(_mirror.Origin)}");
        output.Line($"  proved     {MirrorReport.Proof(_mirror.IsProved, _mirror.ProvedBlock)}");
        output.Line($"  cells go   {NextHop()}");
        output.Json(WriteJson);
        return IsInForce ? ExitCode.Ok : ExitCode.Failed;
    }

    private static string SignatureOf(NetworkSession session, in Address wallet, RouteRow row)
    {
        if (!row.Route.IsLive)
            return "none";
        if (row.Signature.IsUnsigned)
            return "unsigned";
        RouteTypedData typedData = new(session.File.ChainId, session.File.RouteRegistry);
        return typedData.VerifyRoute(wallet, row.Route.Prekey, row.Route.Packed, row.Signature)
            ? "valid"
            : "invalid";
    }

    private static IEnumerable<uint> HomesOf(PackedRoute packed) =>
        new[] { packed.Home0, packed.Home1, packed.Home2 }[..packed.HomeCount].Select(id => id.Value);

    private void ShowRow(CommandOutput output, RouteRow row)
    {
        PackedRoute packed = row.Route.Packed;
        output.Line($"{_wallet}: {State}, epoch {row.Route.Epoch}");
        if (row.Route.IsLive)
        {
            output.Line($"  homes      {string.Join(", ", HomesOf(packed))}");
            output.Line($"  expires    {Age.At(packed.ExpiresUnixSeconds)}, {Until(packed)}");
            output.Line(
                $"  prekey     {row.Route.Prekey}, suite {packed.Suite}, flags 0x{packed.Flags:x4}");
            output.Line($"  signature  {SignatureText()}");
        }

        output.Line($"  from       event {row.Sequence} of the route registry, in block {row.BlockNumber}");
    }

    private string Until(in PackedRoute packed) => packed.ExpiresUnixSeconds > _nowSeconds
        ? $"in {Age.Of(packed.ExpiresUnixSeconds - _nowSeconds)} by block time"
        : $"{Age.Of(_nowSeconds - packed.ExpiresUnixSeconds)} ago by block time";

    private string SignatureText() => Signature switch
    {
        "valid" => "valid, by the wallet itself",
        "unsigned" => "unsigned (a contract wallet): nothing is sealed to it",
        _ => "INVALID: nothing is sealed to it",
    };

    private string NextHop() => _prefixBits switch
    {
        160 => $"to home {string.Join(", then ", _nextHomes)}: the wallet's own route, 160 bits",
        0 => "nowhere: no prefix matches",
        _ => $"to node {_nextHomes[0]}: its own prefix of 32 bits is the longest that matches",
    };

    private void WriteJson(System.Text.Json.Utf8JsonWriter json)
    {
        json.WriteString("address", _wallet.ToString());
        json.WriteString("state", State);
        json.WriteString("signature", Signature);
        json.WriteBoolean("signed", IsInForce && Signature == "valid");
        WriteNumbers(json, "next_homes", _nextHomes);
        json.WriteNumber("prefix_bits", _prefixBits);
        if (_row is { } row)
        {
            PackedRoute packed = row.Route.Packed;
            json.WriteNumber("epoch", row.Route.Epoch);
            WriteNumbers(json, "homes", [.. HomesOf(packed)]);
            json.WriteString("prekey", row.Route.IsLive ? row.Route.Prekey.ToString() : null);
            json.WriteNumber("suite", packed.Suite);
            json.WriteNumber("flags", packed.Flags);
            json.WriteNumber("expires_unix_s", packed.ExpiresUnixSeconds);
            json.WriteNumber("expires_in_s", (decimal)packed.ExpiresUnixSeconds - _nowSeconds);
            json.WriteNumber("from_event", row.Sequence);
            json.WriteNumber("from_block", row.BlockNumber);
        }

        json.WriteNumber("mirror_block", _mirror.Block);
        json.WriteString("mirror_block_hash", _mirror.BlockHash.ToString());
        json.WriteNumber("mirror_block_time", _mirror.BlockTimeSeconds);
        json.WriteBoolean("mirror_proved", _mirror.IsProved);
        json.WriteNumber("mirror_proved_block", _mirror.ProvedBlock);
        json.WriteString("mirror_origin", Node.NodeStatus.SnakeCase(_mirror.Origin.ToString()));
        if (_mirror.StaleSeconds is { } stale)
            json.WriteNumber("mirror_staleness_seconds", stale);
        else
            json.WriteNull("mirror_staleness_seconds");
    }

    private static void WriteNumbers(System.Text.Json.Utf8JsonWriter json, string name, uint[] numbers)
    {
        json.WriteStartArray(name);
        foreach (uint number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
