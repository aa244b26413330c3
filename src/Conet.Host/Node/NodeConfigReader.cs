using System.Net;
using System.Text.Json;
using System.Text.Unicode;
using Conet.Wire;
using Conet.Wire.Addresses;

namespace Conet.Host.Node;

/// <summary>
/// The strict reader behind <see cref="NodeConfig.TryParse"/>. The first fault is kept as one line in
/// <see cref="Error"/> and ends the reading.
/// </summary>
internal ref struct NodeConfigReader
{
    private static readonly string[] RootKeys =
    [
        "nodeId", "chain", "listen", "clientPort", "nodePort", "signer", "sealKey", "httpPort", "workers",
        "pinWorkers", "stateDirectory", "plain", "xdp", "snapshotListen", "snapshotFrom", "limits",
    ];

    private static readonly string[] ChainKeys =
        ["providers", "chainId", "nodeRegistry", "routeRegistry", "startBlock"];

    private static readonly string[] SignerKeys = ["secretFile", "keystoreFile", "passwordFile"];
    private static readonly string[] SealKeyKeys = ["secretFile"];

    private static readonly string[] LimitKeys =
    [
        "attachments", "aliasesPerAttachment", "aliases", "pendingChallenges", "controlOpensPerSecond",
        "leaseSeconds", "mirrorStaleSeconds",
    ];

    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;

    public NodeConfigReader(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = HostLimits.ConfigDepthMax });
        Error = string.Empty;
    }

    /// <summary>The first fault, one line; empty while there is none.</summary>
    public string Error { get; private set; }

    private readonly bool Failed => Error.Length > 0;

    /// <summary>
    /// Reads the whole input; null and <see cref="Error"/> set if anything is wrong with it.
    /// </summary>
    public NodeConfig? Read()
    {
        if (!Utf8.IsValid(_json))
        {
            Fail("the file is not UTF-8 text; save it as UTF-8");
            return null;
        }

        // The reader reports broken JSON only by exceptions; this is the one place that
        // turns them into a result.
        try
        {
            NodeConfig? config = ReadRoot();
            if (!Failed && _reader.Read())
                Fail("there is something after the closing brace; remove it");
            return Failed ? null : config;
        }
        catch (JsonException fault)
        {
            Error = $"line {(fault.LineNumber ?? 0) + 1}: "
                + "this is not JSON; check quotes, commas and braces there";
        }
        catch (InvalidOperationException)
        {
            Fail("a text holds half of a surrogate pair; write the character itself");
        }

        return null;
    }

    private NodeConfig? ReadRoot()
    {
        if (!BeginRoot())
            return null;
        uint nodeId = 0;
        ChainConfig? chain = null;
        IPAddress listen = IPAddress.Loopback;
        int clientPort = 0, nodePort = 0, httpPort = 0, workers = 1;
        SecretSource? signer = null, sealKey = null;
        string stateDirectory = string.Empty;
        bool plain = false;
        bool? pinWorkers = null;
        List<string> xdp = [];
        IPEndPoint? snapshotListen = null;
        List<Uri> snapshotFrom = [];
        NodeLimits limits = new();
        uint seen = 0;
        while (NextKey(RootKeys, ref seen, out int key))
        {
            switch (RootKeys[key])
            {
                case "nodeId": nodeId = (uint)ReadNumber("nodeId", 0, uint.MaxValue); break;
                case "chain": chain = ReadChain(); break;
                case "listen": listen = ReadListen(); break;
                case "clientPort": clientPort = (int)ReadNumber("clientPort", 1, ushort.MaxValue); break;
                case "nodePort": nodePort = (int)ReadNumber("nodePort", 1, ushort.MaxValue); break;
                case "signer": signer = ReadSecret("signer", SignerKeys); break;
                case "sealKey": sealKey = ReadSecret("sealKey", SealKeyKeys); break;
                case "httpPort": httpPort = (int)ReadNumber("httpPort", 0, ushort.MaxValue); break;
                case "workers": workers = (int)ReadNumber("workers", 1, HostLimits.WorkersMax); break;
                case "pinWorkers": pinWorkers = ReadFlag("pinWorkers"); break;
                case "stateDirectory": stateDirectory = ReadText("stateDirectory"); break;
                case "plain": plain = ReadFlag("plain"); break;
                case "xdp": ReadInterfaces(xdp); break;
                case "snapshotListen": snapshotListen = ReadEndPoint("snapshotListen"); break;
                case "snapshotFrom": ReadSources(snapshotFrom); break;
                case "limits": limits = ReadLimits(); break;
            }
        }

        Require(RootKeys, seen, ["chain", "clientPort", "nodePort", "signer", "sealKey", "stateDirectory"],
            "the file");
        if (!Failed && clientPort == nodePort)
            Fail($"clientPort and nodePort are both {nodePort}; give them two ports");
        if (Failed)
            return null;

        return new NodeConfig
        {
            NodeId = nodeId,
            Chain = chain!,
            Listen = listen,
            ClientPort = clientPort,
            NodePort = nodePort,
            Signer = signer!,
            SealKey = sealKey!,
            HttpPort = httpPort,
            Workers = workers,
            PinWorkers = pinWorkers,
            StateDirectory = stateDirectory,
            Plain = plain,
            Xdp = xdp,
            SnapshotListen = snapshotListen,
            SnapshotFrom = snapshotFrom,
            Limits = limits,
        };
    }

    private bool BeginRoot()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.StartObject)
            return true;
        Fail("the file must hold one JSON object { ... }");
        return false;
    }

    private ChainConfig? ReadChain()
    {
        if (!BeginGroup("chain"))
            return null;
        List<Uri> providers = [];
        ulong chainId = 0, startBlock = 0;
        Address nodeRegistry = default, routeRegistry = default;
        uint seen = 0;
        while (NextKey(ChainKeys, ref seen, out int key))
        {
            switch (ChainKeys[key])
            {
                case "providers": ReadProviders(providers); break;
                case "chainId": chainId = ReadNumber("chainId", 1, ulong.MaxValue); break;
                case "nodeRegistry": nodeRegistry = ReadAddress("nodeRegistry"); break;
                case "routeRegistry": routeRegistry = ReadAddress("routeRegistry"); break;
                case "startBlock": startBlock = ReadNumber("startBlock", 0, ulong.MaxValue); break;
            }
        }

        Require(ChainKeys, seen, ["providers", "chainId", "nodeRegistry", "routeRegistry"], "\"chain\"");
        if (!Failed && nodeRegistry == routeRegistry)
            Fail("nodeRegistry and routeRegistry are the same address; they are two contracts");
        return new ChainConfig
        {
            Providers = providers,
            ChainId = chainId,
            NodeRegistry = nodeRegistry,
            RouteRegistry = routeRegistry,
            StartBlock = startBlock,
        };
    }

    private void ReadProviders(List<Uri> providers)
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            Fail("providers must be a list such as [\"http://127.0.0.1:8545\"]");
            return;
        }

        while (!Failed && _reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            string text = _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : string.Empty;
            if (providers.Count == HostLimits.ProvidersMax)
                Fail($"providers has more than {HostLimits.ProvidersMax} entries; keep the best ones");
            else if (!TryProvider(text, out Uri? provider))
                Fail("a provider must be an http:// or https:// address without user name and password");
            else
                providers.Add(provider!);
        }

        if (!Failed && providers.Count == 0)
            Fail("providers is empty; name at least one JSON-RPC address");
    }

    private void ReadInterfaces(List<string> interfaces)
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            Fail("xdp must be a list of interfaces such as [\"eth0\"]");
            return;
        }

        while (!Failed && _reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            string name = _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : string.Empty;
            if (interfaces.Count == Limits.XdpInterfacesMax)
                Fail($"xdp has more than {Limits.XdpInterfacesMax} entries");
            else if (interfaces.Contains(name))
                Fail($"xdp names {Shown(name)} twice; keep one");
            else if (!NodeConfig.TryCheckInterface(name, out string error))
                Fail($"xdp: {error}");
            else
                interfaces.Add(name);
        }
    }

    private void ReadSources(List<Uri> sources)
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            Fail("snapshotFrom must be a list such as [\"https://node.example:8080/snapshot\"]");
            return;
        }

        while (!Failed && _reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            string text = _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : string.Empty;
            if (sources.Count == HostLimits.SnapshotSourcesMax)
                Fail($"snapshotFrom has more than {HostLimits.SnapshotSourcesMax} entries");
            else if (!NodeConfig.TryReadSource(text, out Uri? source))
                Fail("snapshotFrom: a snapshot has an http:// or https:// address without user name");
            else
                sources.Add(source);
        }
    }

    private static bool TryProvider(string text, out Uri? provider)
    {
        if (text.Length is 0 or > HostLimits.ConfigTextMax
            || !Uri.TryCreate(text, UriKind.Absolute, out provider))
        {
            provider = null;
            return false;
        }

        return provider.Scheme is "http" or "https" && provider.UserInfo.Length == 0
            && provider.Host.Length > 0;
    }

    private SecretSource? ReadSecret(string name, string[] keys)
    {
        if (!BeginGroup(name))
            return null;
        string? secretFile = null, keystoreFile = null, passwordFile = null;
        uint seen = 0;
        while (NextKey(keys, ref seen, out int key))
        {
            string text = ReadText(keys[key]);
            switch (keys[key])
            {
                case "secretFile": secretFile = text; break;
                case "keystoreFile": keystoreFile = text; break;
                case "passwordFile": passwordFile = text; break;
            }
        }

        if (!Failed && keys.Length == 1 && secretFile is null)
            Fail($"\"{name}\" needs \"secretFile\"");
        else if (!Failed && secretFile is null && (keystoreFile is null || passwordFile is null))
            Fail($"\"{name}\" needs \"secretFile\", or \"keystoreFile\" and \"passwordFile\"");
        else if (!Failed && secretFile is not null && (keystoreFile ?? passwordFile) is not null)
            Fail($"\"{name}\" has \"secretFile\" beside a keystore; keep one of them");
        return new SecretSource
        {
            SecretFile = secretFile,
            KeystoreFile = keystoreFile,
            PasswordFile = passwordFile,
        };
    }

    private NodeLimits ReadLimits()
    {
        NodeLimits limits = new();
        if (!BeginGroup("limits"))
            return limits;
        uint seen = 0;
        while (NextKey(LimitKeys, ref seen, out int key))
        {
            limits = LimitKeys[key] switch
            {
                "attachments" => limits with { Attachments = ReadInt("attachments", 1, 1_000_000) },
                "aliasesPerAttachment" =>
                    limits with { AliasesPerAttachment = ReadInt(
                        "aliasesPerAttachment", 0, ushort.MaxValue) },
                "aliases" => limits with { Aliases = ReadInt("aliases", 0, 4_000_000) },
                "pendingChallenges" =>
                    limits with { PendingChallenges = ReadInt("pendingChallenges", 16, 1_000_000) },
                "controlOpensPerSecond" =>
                    limits with { ControlOpensPerSecond = ReadInt("controlOpensPerSecond", 1, 100_000) },
                "leaseSeconds" => limits with
                {
                    LeaseSeconds =
                        ReadInt("leaseSeconds", HostLimits.LeaseSecondsMin, HostLimits.LeaseSecondsMax),
                },
                _ => limits with { MirrorStaleSeconds = ReadInt("mirrorStaleSeconds", 1, 86_400) },
            };
        }

        return limits;
    }

    private bool BeginGroup(string name)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.StartObject)
            return true;
        Fail($"\"{name}\" must be a group {{ ... }}");
        return false;
    }

    private bool NextKey(string[] keys, ref uint seen, out int key)
    {
        key = -1;
        if (Failed || !_reader.Read() || _reader.TokenType != JsonTokenType.PropertyName)
            return false;
        string name = _reader.GetString()!;
        key = Array.IndexOf(keys, name);
        if (key < 0)
            Fail($"unknown key \"{Shown(name)}\"; did you mean \"{Nearest(keys, name)}\"?");
        else if ((seen & 1u << key) != 0)
            Fail($"\"{name}\" stands here twice; keep one");
        else
            seen |= 1u << key;
        return !Failed;
    }

    private void Require(string[] keys, uint seen, string[] required, string where)
    {
        foreach (string name in required)
        {
            if (!Failed && (seen & 1u << Array.IndexOf(keys, name)) == 0)
                Error = $"{where} needs \"{name}\"";
        }
    }

    private int ReadInt(string name, int least, int most) => (int)ReadNumber(name, (ulong)least, (ulong)most);

    private ulong ReadNumber(string name, ulong least, ulong most)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetUInt64(out ulong value)
            && value >= least && value <= most)
            return value;
        Fail($"\"{name}\" must be a whole number from {least} to {most}");
        return least;
    }

    private bool ReadFlag(string name)
    {
        _reader.Read();
        if (_reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            Fail($"\"{name}\" must be true or false");
        return _reader.TokenType == JsonTokenType.True;
    }

    private string ReadText(string name)
    {
        _reader.Read();
        string text = _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : string.Empty;
        if (text.Length is 0 or > HostLimits.ConfigTextMax
            || text.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0)
            Fail($"\"{name}\" must be a text of 1 to {HostLimits.ConfigTextMax} characters in quotes");
        return text;
    }

    private IPAddress ReadListen()
    {
        string text = ReadText("listen");
        // Parsing also takes "1" or "0x7f.1"; only what is written back the same way is meant.
        if (!Failed && IPAddress.TryParse(text, out IPAddress? address)
            && string.Equals(address.ToString(), text, StringComparison.OrdinalIgnoreCase))
            return address;
        Fail("\"listen\" must be an IP address such as 127.0.0.1 or ::1");
        return IPAddress.Loopback;
    }

    private IPEndPoint? ReadEndPoint(string name)
    {
        string text = ReadText(name);
        if (!Failed && IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && endPoint.Port != 0
            && string.Equals(endPoint.ToString(), text, StringComparison.OrdinalIgnoreCase))
            return endPoint;
        Fail($"\"{name}\" must be an IP address and a TCP port such as 192.0.2.7:8080 or [::1]:8080");
        return null;
    }

    private Address ReadAddress(string name)
    {
        string text = ReadText(name);
        if (!Failed && Address.TryParseHex(text, out Address address) && !address.IsZero)
            return address;
        Fail($"\"{name}\" must be 0x and 40 hex digits; in mixed case the EIP-55 checksum must be right");
        return default;
    }

    private void Fail(string what)
    {
        if (Failed)
            return;
        int end = (int)Math.Min(_reader.TokenStartIndex, _json.Length);
        int line = _json[..end].Count((byte)'\n') + 1;
        Error = $"line {line}: {what}";
    }

    private static string Shown(string name)
    {
        string cut = name.Length <= 40 ? name : name[..40] + "...";
        return string.Create(cut.Length, cut, static (span, text) =>
        {
            for (int i = 0; i < span.Length; i++)
                span[i] = char.IsControl(text[i]) ? '?' : text[i];
        });
    }

    private static string Nearest(string[] keys, string name)
    {
        string bounded = name.Length <= 40 ? name : name[..40];
        return keys.MinBy(key => Distance(key.ToLowerInvariant(), bounded.ToLowerInvariant()))!;
    }

    /// <summary>Levenshtein distance; both texts are at most 40 characters.</summary>
    private static int Distance(string a, string b)
    {
        Span<int> row = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
