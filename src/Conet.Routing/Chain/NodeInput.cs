using System.Net;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>What an operator writes about its node: NodeInput of the NodeRegistry contract.</summary>
/// <param name="Signer">secp256k1 address that signs pages and receipts.</param>
/// <param name="LinkKey">X25519 public key of the node's links.</param>
/// <param name="SealKey">X25519 public key that control cells are sealed to.</param>
/// <param name="Ip">IPv6 address, or an IPv4 address mapped into IPv6, as a big-endian number.</param>
/// <param name="ClientPort">UDP port for clients.</param>
/// <param name="NodePort">UDP port for nodes.</param>
/// <param name="DescriptorHash">Hash of the signed off-chain descriptor; zero for none.</param>
/// <param name="DescriptorVersion">Version of that descriptor.</param>
public readonly record struct NodeInput(
    Address Signer,
    Bytes32 LinkKey,
    Bytes32 SealKey,
    UInt128 Ip,
    ushort ClientPort,
    ushort NodePort,
    Bytes32 DescriptorHash,
    uint DescriptorVersion)
{
    /// <summary>The registry's form of an IP address: IPv4 is mapped into IPv6.</summary>
    public static UInt128 PackIp(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(
            address.MapToIPv6().GetAddressBytes());
    }

    /// <summary>The address in its usual form: mapped IPv4 comes back as IPv4.</summary>
    public static IPAddress UnpackIp(UInt128 ip)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, ip);
        IPAddress address = new(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
