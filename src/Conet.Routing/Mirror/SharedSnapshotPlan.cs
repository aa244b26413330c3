using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>Where a maker takes from what its table does not say.</summary>
/// <param name="Provider">Asked for words and events.</param>
/// <param name="Earlier">A snapshot made before, or null.</param>
/// <param name="KeepsZeros">
/// Whether slots that were cleared have leaves of zero, as anvil keeps them.
/// </param>
internal readonly record struct SharedSnapshotPlan(
    IChainProvider Provider, SharedSnapshotReader? Earlier, bool KeepsZeros);
