namespace Conet.Wire.Tests.Golden;

/// <summary>
/// A cell to be judged, and how the recipient judges it: a reason of tests/vectors/README.md.
/// </summary>
internal sealed record GoldenRefusal(string Name, GoldenCell Base, byte[] Cell, string Reason, string? Detail)
{
    public ulong NowMs { get; init; } = GoldenCell.Now;
}
