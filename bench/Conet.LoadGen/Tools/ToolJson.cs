using System.Text.Json;

namespace Conet.LoadGen.Tools;

/// <summary>How the tools write what they counted.</summary>
internal static class ToolJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };
}
