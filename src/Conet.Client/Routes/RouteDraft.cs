using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>A route that a wallet wants, before it has an epoch and a signature.</summary>
/// <param name="Prekey">X25519 public key, 32 bytes.</param>
/// <param name="Homes">1 to 3 different nodes, in order of preference.</param>
/// <param name="ExpiresUnixSeconds">When the route dies; at most two years from now, judged by block
/// time.</param>
public sealed record RouteDraft(
    ReadOnlyMemory<byte> Prekey, IReadOnlyList<NodeId> Homes, ulong ExpiresUnixSeconds);
