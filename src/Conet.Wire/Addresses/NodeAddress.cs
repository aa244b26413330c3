using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Conet.Wire.Addresses;

/// <summary>
/// Addresses under a node: its id (4 bytes, big-endian) and 16 bytes. They need no record on chain.
/// Source: docs/SPEC.md, section 2.
/// </summary>
public static class NodeAddress
{
    /// <summary>Bytes of an alias secret.</summary>
    public const int SecretSize = 32;

    private const int NodeIdSize = sizeof(uint);
    private const int TailSize = Address.Size - NodeIdSize;

    private static ReadOnlySpan<byte> HomeLabel => "conet/home/1"u8;

    private static ReadOnlySpan<byte> AliasLabel => "conet/alias/1"u8;

    /// <summary>The node's own address: its id and 16 zero bytes. Control cells go there.</summary>
    public static Address Own(NodeId id)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id.Value);
        return new Address(bytes);
    }

    /// <summary>The wallet's address at that home; anyone can compute it, and so choose the home.</summary>
    public static Address Home(NodeId id, in Address wallet)
    {
        Span<byte> input = stackalloc byte[HomeLabel.Length + NodeIdSize + Address.Size];
        HomeLabel.CopyTo(input);
        BinaryPrimitives.WriteUInt32BigEndian(input[HomeLabel.Length..], id.Value);
        wallet.CopyTo(input[(HomeLabel.Length + NodeIdSize)..]);
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(input, hash);
        return Under(id, hash);
    }

    /// <summary>The alias that belongs to a secret at that node.</summary>
    /// <exception cref="ArgumentException">The secret has not 32 bytes.</exception>
    public static Address Alias(NodeId id, ReadOnlySpan<byte> secret)
    {
        if (secret.Length != SecretSize)
            throw new ArgumentException("An alias secret has 32 bytes.", nameof(secret));
        Span<byte> input = stackalloc byte[AliasLabel.Length + NodeIdSize + SecretSize];
        AliasLabel.CopyTo(input);
        BinaryPrimitives.WriteUInt32BigEndian(input[AliasLabel.Length..], id.Value);
        secret.CopyTo(input[(AliasLabel.Length + NodeIdSize)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        CryptographicOperations.ZeroMemory(input);
        return Under(id, hash);
    }

    /// <summary>The first four bytes as a node id, whatever the address is.</summary>
    public static NodeId NodeOf(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return new NodeId(BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }

    /// <summary>True for a node's own address: an id that is not 0, and 16 zero bytes.</summary>
    public static bool IsOwn(in Address address)
    {
        NodeId id = NodeOf(address);
        return id.Value != 0 && address == Own(id);
    }

    private static Address Under(NodeId id, ReadOnlySpan<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id.Value);
        hash[..TailSize].CopyTo(bytes[NodeIdSize..]);
        return new Address(bytes);
    }
}
