using Conet.Wire.Addresses;

namespace Conet.Wire.Sealing;

/// <summary>
/// The network a seal or a signature belongs to: an EIP-155 chain id and the address of its route registry.
/// A cell sealed for one network never opens, and a signature made for one never verifies, on another.
/// </summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="RouteRegistry">Address of the RouteRegistry contract.</param>
public readonly record struct NetworkId(ulong ChainId, Address RouteRegistry);
