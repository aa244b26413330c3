namespace Conet.Repository.Tests.Sources;

/// <summary>A comment with its slashes; the line it begins on, from 1.</summary>
internal sealed record SourceComment(int Line, string Text)
{
    public bool IsDocumentation => Text.StartsWith("///", StringComparison.Ordinal);
}
