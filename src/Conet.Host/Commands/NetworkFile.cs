using System.Buffers;
using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Commands;

/// <summary>
/// Which network the commands are on: chain, registries, and perhaps a key that pays for other wallets'
/// routes. One JSON file; `conet up` writes it for its own network. Immutable.
/// </summary>
internal sealed record NetworkFile
{
    private const int BytesMax = 64 * 1024;
    private const int ProvidersMax = HostLimits.ProvidersMax;
    private const int ShownCharsMax = 40;

    public required ulong ChainId { get; init; }

    public required IReadOnlyList<Uri> Providers { get; init; }

    public required Address NodeRegistry { get; init; }

    public required Address RouteRegistry { get; init; }

    public ulong StartBlock { get; init; }

    /// <summary>File of 64 hex digits: a wallet whose coins pay for routes of others; or null.</summary>
    public string? SponsorFile { get; init; }

    public NetworkId Network => new(ChainId, RouteRegistry);

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="CommandException">The file is absent or not usable.</exception>
    public static NetworkFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(
                ExitCode.NoInput,
                $"{path}: there is no such file; "
                    + "start a network with ./conet up, or name one with --network FILE");
        }

        byte[] bytes = ConetHome.ReadFile(path, BytesMax);
        if (!TryParse(bytes, out NetworkFile? network, out string problem))
            throw new CommandException(ExitCode.Config, $"{path}: {problem}");
        return network!;
    }

    /// <summary>Reads strictly: unknown, missing and repeated keys are refused. Never throws.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, out NetworkFile? network, out string problem)
    {
        network = null;
        problem = string.Empty;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            network = FromJson(document.RootElement, out problem);
        }
        catch (JsonException fault)
        {
            problem = $"is not JSON (line {fault.LineNumber + 1})";
        }
        catch (InvalidOperationException)
        {
            problem = "holds text that is not UTF-8";
        }

        return network is not null;
    }

    public byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("chainId", ChainId);
            json.WriteStartArray("providers");
            foreach (Uri provider in Providers)
                json.WriteStringValue(provider.OriginalString);
            json.WriteEndArray();
            json.WriteString("nodeRegistry", NodeRegistry.ToString());
            json.WriteString("routeRegistry", RouteRegistry.ToString());
            json.WriteNumber("startBlock", StartBlock);
            if (SponsorFile is not null)
                json.WriteString("sponsorFile", SponsorFile);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// A key as an error may show it: printable, and not as long as whoever wrote the file likes.
    /// </summary>
    private static string Shown(string key) =>
        CommandOutput.Harmless(key.Length <= ShownCharsMax ? key : key[..ShownCharsMax] + "...");

    private static NetworkFile? FromJson(JsonElement root, out string problem)
    {
        problem = "must hold one object";
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        Dictionary<string, JsonElement> values = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            problem = $"key {Shown(property.Name)} is unknown or stands twice";
            if (property.Name is not (
                "chainId" or "providers" or "nodeRegistry" or "routeRegistry" or "startBlock"
                    or "sponsorFile") || !values.TryAdd(property.Name, property.Value))
            {
                return null;
            }
        }

        problem = "chainId must be a number from 1 up";
        if (!TryNumber(values, "chainId", out ulong chainId) || chainId == 0)
            return null;
        problem = $"providers must be a list of 1 to {ProvidersMax} http, https, ws or wss addresses";
        if (!values.TryGetValue("providers", out JsonElement list)
            || ReadProviders(list) is not { } providers)
            return null;
        problem = "nodeRegistry and routeRegistry must be addresses (0x and 40 hex digits)";
        if (!TryAddress(values, "nodeRegistry", out Address nodes)
            || !TryAddress(values, "routeRegistry", out Address routes))
            return null;
        problem = "startBlock must be a number from 0 up";
        ulong startBlock = 0;
        if (values.ContainsKey("startBlock") && !TryNumber(values, "startBlock", out startBlock))
            return null;
        problem = "sponsorFile must be a text";
        string? sponsor = null;
        if (values.TryGetValue("sponsorFile", out JsonElement file))
        {
            if (file.ValueKind != JsonValueKind.String)
                return null;
            sponsor = file.GetString();
        }

        problem = string.Empty;
        return new NetworkFile
        {
            ChainId = chainId,
            Providers = providers,
            NodeRegistry = nodes,
            RouteRegistry = routes,
            StartBlock = startBlock,
            SponsorFile = sponsor,
        };
    }

    private static List<Uri>? ReadProviders(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > ProvidersMax)
            return null;
        List<Uri> providers = [];
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String
                || !Uri.TryCreate(item.GetString(), UriKind.Absolute, out Uri? provider)
                || provider.Scheme is not ("http" or "https" or "ws" or "wss"))
            {
                return null;
            }

            providers.Add(provider);
        }

        return providers;
    }

    private static bool TryNumber(Dictionary<string, JsonElement> values, string name, out ulong number)
    {
        number = 0;
        return values.TryGetValue(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out number);
    }

    private static bool TryAddress(Dictionary<string, JsonElement> values, string name, out Address address)
    {
        address = default;
        return values.TryGetValue(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String && Address.TryParseHex(value.GetString(), out address);
    }
}
