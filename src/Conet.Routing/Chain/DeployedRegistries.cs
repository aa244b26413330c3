using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>Both registries of a network, as a node's configuration names them.</summary>
/// <param name="NodeRegistry">Address of the NodeRegistry.</param>
/// <param name="RouteRegistry">Address of the RouteRegistry.</param>
/// <param name="StartBlock">Block before which neither has written an event.</param>
public sealed record DeployedRegistries(Address NodeRegistry, Address RouteRegistry, ulong StartBlock);
