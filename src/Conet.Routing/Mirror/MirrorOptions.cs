using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>What a mirror follows.</summary>
/// <param name="ChainId">EIP-155 chain id; a provider with another one is not used.</param>
/// <param name="NodeRegistry">Address of the NodeRegistry.</param>
/// <param name="RouteRegistry">Address of the RouteRegistry.</param>
/// <param name="StartBlock">First block that can hold an event: the one of deployment.</param>
public sealed record MirrorOptions(
    ulong ChainId, Address NodeRegistry, Address RouteRegistry, ulong StartBlock);
