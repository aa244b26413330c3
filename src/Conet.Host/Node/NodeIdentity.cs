using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Node;

/// <summary>
/// Who a node is: id, network and its two keys. Owns the keys; dispose it when the node has stopped.
/// </summary>
public sealed class NodeIdentity : IDisposable
{
    /// <summary>Takes ownership of both keys.</summary>
    /// <param name="id">Own id, not 0.</param>
    /// <param name="network">Chain id and route registry.</param>
    /// <param name="signer">Signs probes; the signer of the node's record.</param>
    /// <param name="sealKey">Opens control; the sealKey of the node's record.</param>
    /// <exception cref="ArgumentException">The id is 0.</exception>
    public NodeIdentity(NodeId id, in NetworkId network, Wallet signer, SealKey sealKey)
    {
        if (id.Value == 0)
            throw new ArgumentException("A node's id begins at 1.", nameof(id));
        Id = id;
        Network = network;
        Signer = signer;
        SealKey = sealKey;
        OwnAddress = NodeAddress.Own(id);
    }

    /// <summary>Own id.</summary>
    public NodeId Id { get; }

    /// <summary>Chain id and route registry.</summary>
    public NetworkId Network { get; }

    /// <summary>Signs probes.</summary>
    public Wallet Signer { get; }

    /// <summary>Opens control.</summary>
    public SealKey SealKey { get; }

    /// <summary>The address control goes to.</summary>
    public Address OwnAddress { get; }

    /// <summary>Zeroes and frees both keys.</summary>
    public void Dispose()
    {
        Signer.Dispose();
        SealKey.Dispose();
    }
}
