using System.Text.Json;

namespace Conet.Routing.Chain;

/// <summary>
/// Reads creation code out of a contract artifact, the JSON that contracts/script/export.mjs writes.
/// </summary>
public static class ContractArtifact
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = ChainLimits.JsonDepthMax };

    /// <summary>
    /// Takes the creation code from the "bytecode" of an artifact. Never throws on bad bytes.
    /// </summary>
    /// <param name="json">The whole file, at most <see cref="ChainLimits.ArtifactBytesMax"/>.</param>
    /// <param name="bytecode">Creation code, at most <see cref="ChainLimits.CreationCodeBytesMax"/>.</param>
    /// <param name="error">Why it failed, in one line; empty on success.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, out byte[] bytecode, out string error)
    {
        bytecode = [];
        error = $"the artifact is larger than {ChainLimits.ArtifactBytesMax} bytes";
        if (json.Length > ChainLimits.ArtifactBytesMax) return false;
        try
        {
            return TryFind(json, out bytecode, out error);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            bytecode = [];
            error = "the artifact is not JSON";
            return false;
        }
    }

    private static bool TryFind(ReadOnlySpan<byte> json, out byte[] bytecode, out string error)
    {
        bytecode = [];
        error = "the artifact is not an object";
        Utf8JsonReader reader = new(json, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        byte[]? found = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isBytecode = reader.ValueTextEquals("bytecode"u8);
            reader.Read();
            if (!isBytecode)
            {
                reader.Skip();
                continue;
            }
            error = "\"bytecode\" occurs twice";
            if (found is not null) return false;
            error = "\"bytecode\" is not the creation code of a linked contract in hexadecimal";
            if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped) return false;
            bool isHex = HexText.TryReadData(reader.ValueSpan, ChainLimits.CreationCodeBytesMax, out found);
            if (!isHex || found.Length == 0) return false;
        }
        error = "data follows the artifact";
        if (reader.Read()) return false;
        error = found is null ? "the artifact has no \"bytecode\"" : "";
        bytecode = found ?? [];
        return found is not null;
    }
}
