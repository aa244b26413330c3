using Conet.Routing.Chain;

namespace Conet.Routing.Tables;

/// <summary>What the table keeps of a node. Immutable.</summary>
/// <param name="Node">The record.</param>
/// <param name="Sequence">Sequence number of the event.</param>
/// <param name="BlockNumber">Block that holds the event.</param>
public sealed record NodeRow(NodeRecord Node, ulong Sequence, ulong BlockNumber);
