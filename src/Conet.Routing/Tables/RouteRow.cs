using Conet.Routing.Chain;

namespace Conet.Routing.Tables;

/// <summary>What the table keeps of a wallet's route. Immutable.</summary>
/// <param name="Route">The record, live or cleared.</param>
/// <param name="Signature">The wallet's signature from the event; zero for an unsigned one.</param>
/// <param name="Sequence">Sequence number of the event.</param>
/// <param name="BlockNumber">Block that holds the event.</param>
public sealed record RouteRow(
    RouteRecord Route, CompactSignature Signature, ulong Sequence, ulong BlockNumber)
{
    /// <summary>Homes of the route; none of a cleared one.</summary>
    public Homes Homes => new(Route.Packed.Home0.Value, Route.Packed.Home1.Value, Route.Packed.Home2.Value);
}
