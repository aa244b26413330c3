using System.Buffers.Binary;
using System.Text;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>Selectors and topics: Keccak-256 of a canonical signature such as "route(address)".</summary>
public static class AbiSignature
{
    /// <summary>
    /// Keccak-256 of the text: the first topic of an event, the type hash of an EIP-712 type.
    /// </summary>
    public static Bytes32 Hash(string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(Encoding.UTF8.GetBytes(signature), hash);
        return new Bytes32(hash);
    }

    /// <summary>
    /// The first four bytes of the hash, big-endian: the selector of a function or custom error.
    /// </summary>
    public static uint Selector(string signature)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Hash(signature).CopyTo(hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash);
    }
}
