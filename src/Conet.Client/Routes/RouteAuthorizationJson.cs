using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>
/// The JSON of an authorization: an object of exactly these members, bytes in hexadecimal with 0x.
/// <code>
/// "conet"      "set-route/1" or "clear-route/1"
/// "chainId"    number                       "nonce"     number
/// "registry"   address                      "deadline"  number, Unix seconds
/// "wallet"     address                      "signature" 65 bytes
/// "prekey"     32 bytes  \
/// "packed"     32 bytes   } set-route only
/// "r", "vs"    32 bytes  /
/// </code>
/// </summary>
internal static class RouteAuthorizationJson
{
    private const string SetKind = "set-route/1", ClearKind = "clear-route/1";
    private const int SetMembers = 11, ClearMembers = 7;
    private const int DepthMax = 2;

    private static readonly JsonDocumentOptions _options = new()
    {
        MaxDepth = DepthMax,
        AllowDuplicateProperties = false,
    };

    public static string Write(RouteAuthorization authorization)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("conet", authorization.Route is null ? ClearKind : SetKind);
            writer.WriteNumber("chainId", authorization.ChainId);
            writer.WriteString("registry", authorization.Registry.ToString());
            writer.WriteString("wallet", authorization.Wallet.ToString());
            if (authorization.Route is { } route)
            {
                writer.WriteString("prekey", route.Prekey.ToString());
                writer.WriteString("packed", route.ToPackedWord().ToBytes32().ToString());
                writer.WriteString("r", authorization.RouteSignature.R.ToString());
                writer.WriteString("vs", authorization.RouteSignature.Vs.ToString());
            }
            writer.WriteNumber("nonce", authorization.Nonce);
            writer.WriteNumber("deadline", authorization.DeadlineUnixSeconds);
            writer.WriteString("signature", "0x" + Convert.ToHexStringLower(authorization.Signature));
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static bool TryRead(
        ReadOnlySpan<byte> json, [NotNullWhen(true)] out RouteAuthorization? authorization, out string error)
    {
        authorization = null;
        error = $"an authorization has at most {ClientLimits.AuthorizationBytesMax} bytes";
        if (json.Length > ClientLimits.AuthorizationBytesMax) return false;
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(json.ToArray(), _options);
            return TryRead(parsed.RootElement, out authorization, out error);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            error = "not the JSON of an authorization";
            return false;
        }
    }

    private static bool TryRead(
        JsonElement root, [NotNullWhen(true)] out RouteAuthorization? authorization, out string error)
    {
        authorization = null;
        error = "not a route authorization of this version";
        if (root.ValueKind != JsonValueKind.Object || !TryText(root, "conet", out string kind)
            || kind is not (SetKind or ClearKind))
            return false;
        bool isSet = kind == SetKind;
        error = "the authorization has other members than its kind";
        if (root.GetPropertyCount() != (isSet ? SetMembers : ClearMembers)) return false;
        byte[] signature = new byte[Wallet.SignatureSize];
        error = "a member of the authorization is missing or of the wrong form";
        if (!TryNumber(root, "chainId", out ulong chainId) || !TryNumber(root, "nonce", out ulong nonce)
            || !TryNumber(root, "deadline", out ulong deadline) || !TryHex(root, "signature", signature)
            || !TryAddress(root, "registry", out Address registry)
            || !TryAddress(root, "wallet", out Address wallet))
            return false;
        RouteRecord? route = null;
        CompactSignature routeSignature = default;
        if (isSet)
        {
            if (!TryWord(root, "prekey", out Bytes32 prekey) || !TryWord(root, "packed", out Bytes32 packed)
                || !TryWord(root, "r", out Bytes32 r) || !TryWord(root, "vs", out Bytes32 vs)
                || !RouteRecord.TryParse(prekey, packed.ToUInt256(), out RouteRecord record, out _)
                || !record.IsLive || prekey.IsZero)
                return false;
            route = record;
            routeSignature = new CompactSignature(r, vs);
        }
        bool isSigned = RouteAuthorization.TryCreate(new RouteTypedData(chainId, registry),
            wallet, nonce, deadline, route, routeSignature, signature, out authorization);
        error = isSigned ? "" : $"the authorization is not signed by {wallet}";
        return isSigned;
    }

    private static bool TryText(JsonElement root, string name, out string value)
    {
        bool isText = root.TryGetProperty(name, out JsonElement element)
            && element.ValueKind == JsonValueKind.String;
        value = isText ? element.GetString()! : "";
        return isText;
    }

    private static bool TryNumber(JsonElement root, string name, out ulong value)
    {
        value = 0;
        return root.TryGetProperty(name, out JsonElement element)
            && element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out value);
    }

    private static bool TryAddress(JsonElement root, string name, out Address value)
    {
        value = default;
        return TryText(root, name, out string text) && Address.TryParseHex(text, out value);
    }

    private static bool TryWord(JsonElement root, string name, out Bytes32 value)
    {
        value = default;
        return TryText(root, name, out string text) && Bytes32.TryParseHex(text, out value);
    }

    private static bool TryHex(JsonElement root, string name, Span<byte> bytes)
    {
        if (!TryText(root, name, out string text) || text.Length != 2 + 2 * bytes.Length
            || !text.StartsWith("0x", StringComparison.Ordinal))
            return false;
        return Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) == OperationStatus.Done;
    }
}
