using System.Net;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>The whole state of one node: Node of the NodeRegistry contract, 11 ABI words.</summary>
/// <param name="Operator">Account that owns the record.</param>
/// <param name="Signer">secp256k1 address that signs pages and receipts.</param>
/// <param name="LinkKey">X25519 public key of the node's links.</param>
/// <param name="SealKey">X25519 public key that control cells are sealed to.</param>
/// <param name="Ip">IPv6 address, or an IPv4 address mapped into IPv6, as a big-endian number.</param>
/// <param name="ClientPort">UDP port for clients.</param>
/// <param name="NodePort">UDP port for nodes.</param>
/// <param name="DescriptorHash">Hash of the signed off-chain descriptor; zero for none.</param>
/// <param name="DescriptorVersion">Version of that descriptor.</param>
/// <param name="State">State of the node.</param>
/// <param name="Bond">Bond in wei.</param>
public readonly record struct NodeRecord(
    Address Operator,
    Address Signer,
    Bytes32 LinkKey,
    Bytes32 SealKey,
    UInt128 Ip,
    ushort ClientPort,
    ushort NodePort,
    Bytes32 DescriptorHash,
    uint DescriptorVersion,
    NodeState State,
    UInt128 Bond)
{
    /// <summary>Size of the ABI encoding in bytes.</summary>
    public const int EncodedSize = 11 * AbiType.WordSize;

    /// <summary>Where clients reach the node.</summary>
    public IPEndPoint ClientEndPoint => new(NodeInput.UnpackIp(Ip), ClientPort);

    /// <summary>Where other nodes reach the node.</summary>
    public IPEndPoint NodeEndPoint => new(NodeInput.UnpackIp(Ip), NodePort);

    /// <summary>The part that the operator writes.</summary>
    public NodeInput ToInput() => new(
        Signer, LinkKey, SealKey, Ip, ClientPort, NodePort, DescriptorHash, DescriptorVersion);

    /// <summary>Reads exactly the 352 bytes of an ABI-encoded record.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> data, out NodeRecord record, out AbiError error)
    {
        AbiWordReader reader = new(data);
        bool read = TryRead(ref reader, out record) && reader.TryFinish();
        error = reader.Error;
        if (!read) record = default;
        return read;
    }

    internal static bool TryRead(ref AbiWordReader reader, out NodeRecord record)
    {
        record = default;
        if (!reader.TryReadAddress(out Address owner) || !reader.TryReadAddress(out Address signer)
            || !reader.TryReadBytes32(out Bytes32 linkKey) || !reader.TryReadBytes32(out Bytes32 sealKey)
            || !reader.TryReadBytes16(out UInt128 ip) || !reader.TryReadUInt16(out ushort clientPort)
            || !reader.TryReadUInt16(out ushort nodePort)
            || !reader.TryReadBytes32(out Bytes32 descriptorHash)
            || !reader.TryReadUInt32(out uint descriptorVersion) || !reader.TryReadUInt8(out byte state)
            || !reader.TryReadUInt128(out UInt128 bond))
            return false;
        if (state > (byte)NodeState.Retired) return reader.Fail(AbiError.BadValue);
        record = new NodeRecord(owner, signer, linkKey, sealKey, ip, clientPort, nodePort,
            descriptorHash, descriptorVersion, (NodeState)state, bond);
        return true;
    }

    internal void Write(ref AbiCallWriter writer)
    {
        writer.Write(Operator);
        writer.Write(Signer);
        writer.Write(LinkKey);
        writer.Write(SealKey);
        writer.WriteBytes16(Ip);
        writer.Write((ulong)ClientPort);
        writer.Write((ulong)NodePort);
        writer.Write(DescriptorHash);
        writer.Write((ulong)DescriptorVersion);
        writer.Write((ulong)State);
        writer.Write((UInt256)Bond);
    }
}
