using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// What a node needs of another node's record: who signs for it, what to seal to, where its node port is.
/// Immutable.
/// </summary>
/// <param name="Id">Its id, not 0.</param>
/// <param name="Signer">Address that signs its probes.</param>
/// <param name="SealKey">X25519 public key, 32 bytes; not changed after construction.</param>
/// <param name="Endpoint">Address and node port of the record; may be one that must not be sent to.</param>
public sealed record NodePeer(NodeId Id, Address Signer, ReadOnlyMemory<byte> SealKey, UdpEndpoint Endpoint)
{
    /// <summary>Whether the two records are alike in everything that a probe checks.</summary>
    public bool IsSameAs(NodePeer other) =>
        Id == other.Id && Signer == other.Signer && Endpoint == other.Endpoint
        && SealKey.Span.SequenceEqual(other.SealKey.Span);
}
