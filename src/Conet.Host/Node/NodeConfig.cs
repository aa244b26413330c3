using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Text.Json;
using Conet.Wire.Addresses;

namespace Conet.Host.Node;

/// <summary>The chain a node mirrors its tables from. Immutable.</summary>
public sealed record ChainConfig
{
    /// <summary>HTTP addresses of JSON-RPC providers, 1 to 8, tried in turn.</summary>
    public required IReadOnlyList<Uri> Providers { get; init; }

    /// <summary>The chain's id; a provider on another chain is not used.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>Address of the node registry.</summary>
    public required Address NodeRegistry { get; init; }

    /// <summary>Address of the route registry; with the chain id it names the network.</summary>
    public required Address RouteRegistry { get; init; }

    /// <summary>First block that can hold an event of either registry.</summary>
    public ulong StartBlock { get; init; }
}

/// <summary>
/// Where one secret lies: a file of 64 hex digits, or a keystore and the file of its password. Never the
/// secret itself, so that a configuration can be shown. Immutable.
/// </summary>
public sealed record SecretSource
{
    /// <summary>File of 64 hex digits, or null.</summary>
    public string? SecretFile { get; init; }

    /// <summary>Version 3 keystore, or null. Only for the signer.</summary>
    public string? KeystoreFile { get; init; }

    /// <summary>
    /// File whose first line is the keystore's password; goes with <see cref="KeystoreFile"/>.
    /// </summary>
    public string? PasswordFile { get; init; }
}

/// <summary>
/// What `conet node` is told: one JSON file of at most 64 KiB. Immutable. docs/OPERATING.md lists every key.
/// </summary>
public sealed record NodeConfig
{
    /// <summary>Own id in the node registry, or 0: the record whose signer is this node's signer.</summary>
    public uint NodeId { get; init; }

    /// <summary>Where the tables come from.</summary>
    public required ChainConfig Chain { get; init; }

    /// <summary>The address both ports are bound to.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>UDP port for clients, 1 to 65 535.</summary>
    public required int ClientPort { get; init; }

    /// <summary>UDP port for nodes, 1 to 65 535, not the client port.</summary>
    public required int NodePort { get; init; }

    /// <summary>Key that signs probes: the signer of the node's record.</summary>
    public required SecretSource Signer { get; init; }

    /// <summary>X25519 key that control cells are sealed to: the sealKey of the node's record.</summary>
    public required SecretSource SealKey { get; init; }

    /// <summary>TCP port on 127.0.0.1 for health and metrics, or 0 for none.</summary>
    public int HttpPort { get; init; }

    /// <summary>Forwarding threads, 1 to 256.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// Whether each worker is bound to a core of its own; null, for an absent key: when there are several.
    /// </summary>
    public bool? PinWorkers { get; init; }

    /// <summary>Directory for the mirrored table; made if it is absent.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>True allows other addresses than loopback although cells travel without a veil.</summary>
    public bool Plain { get; init; }

    /// <summary>Interfaces on which known cells are forwarded in the driver; empty for none.</summary>
    public IReadOnlyList<string> Xdp { get; init; } = [];

    /// <summary>Where this node's snapshot is given to others; null if it is not.</summary>
    public IPEndPoint? SnapshotListen { get; init; }

    /// <summary>Addresses of snapshots to start from, tried in turn; empty for none.</summary>
    public IReadOnlyList<Uri> SnapshotFrom { get; init; } = [];

    /// <summary>Limits; each has a default.</summary>
    public NodeLimits Limits { get; init; } = new();

    /// <summary>
    /// Reads a configuration strictly: unknown, repeated and missing keys, values out of range, comments and
    /// anything after the object are refused. Never throws, does no I/O.
    /// </summary>
    /// <param name="json">The file's bytes, UTF-8.</param>
    /// <param name="config">The configuration, or null.</param>
    /// <param name="error">One line that says what to change, or empty.</param>
    public static bool TryParse(ReadOnlySpan<byte> json, out NodeConfig? config, out string error)
    {
        config = null;
        if (json.Length > HostLimits.ConfigBytesMax)
        {
            error = $"the file has {json.Length} bytes; at most {HostLimits.ConfigBytesMax} are read";
            return false;
        }

        NodeConfigReader reader = new(json);
        config = reader.Read();
        error = reader.Error;
        return config is not null;
    }

    /// <summary>
    /// The same configuration with every relative path taken from <paramref name="directory"/>: paths in a
    /// file are meant from where that file lies.
    /// </summary>
    public NodeConfig WithPathsFrom(string directory) => this with
    {
        StateDirectory = Path.GetFullPath(StateDirectory, directory),
        Signer = From(Signer, directory),
        SealKey = From(SealKey, directory),
    };

    /// <summary>Whether this may be run, and if not, one line that says what to change.</summary>
    /// <param name="plainOption">Whether --plain was given.</param>
    /// <param name="error">The line, or empty.</param>
    public bool TryCheckLink(bool plainOption, out string error)
    {
        bool allowed = Plain || plainOption || IPAddress.IsLoopback(Listen);
        error = allowed
            ? string.Empty
            : $"listen {Listen} is not a loopback address and links are not encrypted yet: "
                + "listen on 127.0.0.1, or accept plain links with --plain or \"plain\": true";
        return allowed;
    }

    /// <summary>Whether an interface can have this name, and if not, one line that says why.</summary>
    internal static bool TryCheckInterface(string name, out string error)
    {
        bool isName = name.Length is > 0 and < 16 && !name.AsSpan().ContainsAny(" /\t\n\0");
        error = isName ? string.Empty : "an interface has a name of 1 to 15 characters, such as eth0";
        return isName;
    }

    /// <summary>Whether a snapshot can be fetched from this address.</summary>
    internal static bool TryReadSource(string text, [NotNullWhen(true)] out Uri? source) =>
        Uri.TryCreate(text, UriKind.Absolute, out source) && (source.Scheme is "http" or "https")
        && source.UserInfo.Length == 0 && source.Host.Length > 0;

    /// <summary>Writes the configuration as the JSON that <see cref="TryParse"/> reads.</summary>
    public string ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("nodeId", NodeId);
            WriteChain(json);
            json.WriteString("listen", Listen.ToString());
            json.WriteNumber("clientPort", ClientPort);
            json.WriteNumber("nodePort", NodePort);
            WriteSecret(json, "signer", Signer);
            WriteSecret(json, "sealKey", SealKey);
            json.WriteNumber("httpPort", HttpPort);
            json.WriteNumber("workers", Workers);
            if (PinWorkers is bool pin)
                json.WriteBoolean("pinWorkers", pin);
            json.WriteString("stateDirectory", StateDirectory);
            json.WriteBoolean("plain", Plain);
            json.WriteStartArray("xdp");
            foreach (string name in Xdp)
                json.WriteStringValue(name);
            json.WriteEndArray();
            if (SnapshotListen is not null)
                json.WriteString("snapshotListen", SnapshotListen.ToString());
            json.WriteStartArray("snapshotFrom");
            foreach (Uri source in SnapshotFrom)
                json.WriteStringValue(source.OriginalString);
            json.WriteEndArray();
            WriteLimits(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static SecretSource From(SecretSource source, string directory) => new()
    {
        SecretFile = source.SecretFile is null ? null : Path.GetFullPath(source.SecretFile, directory),
        KeystoreFile = source.KeystoreFile is null ? null : Path.GetFullPath(source.KeystoreFile, directory),
        PasswordFile = source.PasswordFile is null ? null : Path.GetFullPath(source.PasswordFile, directory),
    };

    private static void WriteSecret(Utf8JsonWriter json, string name, SecretSource source)
    {
        json.WriteStartObject(name);
        if (source.SecretFile is not null)
            json.WriteString("secretFile", source.SecretFile);
        if (source.KeystoreFile is not null)
            json.WriteString("keystoreFile", source.KeystoreFile);
        if (source.PasswordFile is not null)
            json.WriteString("passwordFile", source.PasswordFile);
        json.WriteEndObject();
    }

    private void WriteChain(Utf8JsonWriter json)
    {
        json.WriteStartObject("chain");
        json.WriteStartArray("providers");
        foreach (Uri provider in Chain.Providers)
            json.WriteStringValue(provider.OriginalString);
        json.WriteEndArray();
        json.WriteNumber("chainId", Chain.ChainId);
        json.WriteString("nodeRegistry", Chain.NodeRegistry.ToString());
        json.WriteString("routeRegistry", Chain.RouteRegistry.ToString());
        json.WriteNumber("startBlock", Chain.StartBlock);
        json.WriteEndObject();
    }

    private void WriteLimits(Utf8JsonWriter json)
    {
        json.WriteStartObject("limits");
        json.WriteNumber("attachments", Limits.Attachments);
        json.WriteNumber("aliasesPerAttachment", Limits.AliasesPerAttachment);
        json.WriteNumber("aliases", Limits.Aliases);
        json.WriteNumber("pendingChallenges", Limits.PendingChallenges);
        json.WriteNumber("controlOpensPerSecond", Limits.ControlOpensPerSecond);
        json.WriteNumber("leaseSeconds", Limits.LeaseSeconds);
        json.WriteNumber("mirrorStaleSeconds", Limits.MirrorStaleSeconds);
        json.WriteEndObject();
    }
}
