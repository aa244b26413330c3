namespace Conet.Client;

/// <summary>How to attach to a home node.</summary>
public sealed record AttachOptions
{
    /// <summary>
    /// True to get the cells of the client's wallet. False to attach with a throw-away wallet: the home then
    /// learns nothing of who is there, and only aliases are delivered.
    /// </summary>
    public bool AsWallet { get; init; } = true;

    /// <summary>
    /// Aliases registered at once, for answers. One is used per contact; more are registered when needed.
    /// </summary>
    public int AliasCount { get; init; } = 1;
}
