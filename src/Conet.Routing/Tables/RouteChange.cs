namespace Conet.Routing.Tables;

/// <summary>What became of an address since the leaves were made.</summary>
/// <param name="IsThere">Whether it is in the trie now.</param>
/// <param name="Value">Its value; 0 if it is not.</param>
internal readonly record struct RouteChange(bool IsThere, uint Value);
