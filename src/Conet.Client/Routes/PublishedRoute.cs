using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>A route as it now stands in the registry.</summary>
/// <param name="Wallet">Whose route.</param>
/// <param name="Route">The record: live, or cleared with its epoch kept.</param>
/// <param name="Receipt">Receipt of the transaction that wrote it.</param>
public sealed record PublishedRoute(Address Wallet, RouteRecord Route, TransactionReceipt Receipt);
