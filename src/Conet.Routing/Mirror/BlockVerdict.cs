using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>How a vote on a block ended.</summary>
/// <param name="Use">What the vote was for.</param>
/// <param name="Header">The block that stands; null if none had a majority.</param>
/// <param name="By">Bit i: provider i names it.</param>
/// <param name="IsConfirmed">True if those are more than half of all configured providers.</param>
internal sealed record BlockVerdict(HeaderUse Use, BlockHeader? Header, ulong By, bool IsConfirmed);
