using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Where the registries keep their words. Source: storageLayout in contracts/artifacts; docs/SPEC.md, 11.4.
/// </summary>
internal static class RegistrySlots
{
    /// <summary>Words of a node's record, one after the other.</summary>
    public const int NodeWords = 7;

    /// <summary>
    /// Word of a node's record that holds the hash of its descriptor: the one that may be zero.
    /// </summary>
    public const int DescriptorWord = 5;

    /// <summary>Wallets whose slots are found at once.</summary>
    public const int WalletsAtOnce = Keccak256Lanes.Count / 2;

    private const byte NodesSlot = 5, BondFreeAtSlot = 6, NodeOfPointSlot = 7, NodeOfSignerSlot = 8;
    private const byte RoutesSlot = 4, NoncesSlot = 5;

    /// <summary>eventsHash, of either registry.</summary>
    public static Bytes32 EventsHash { get; } = Fixed(0);

    /// <summary>eventCount, of either registry.</summary>
    public static Bytes32 EventCount { get; } = Fixed(1);

    /// <summary>nodeCount of the node registry.</summary>
    public static Bytes32 NodeCount { get; } = Fixed(4);

    /// <summary>First of the <see cref="NodeWords"/> of a node.</summary>
    public static Bytes32 Node(uint nodeId) => OfNode(nodeId, NodesSlot);

    /// <summary>When a node's bond becomes free.</summary>
    public static Bytes32 BondFreeAt(uint nodeId) => OfNode(nodeId, BondFreeAtSlot);

    /// <summary>The node that has or had a key.</summary>
    /// <param name="point">The key as <see cref="Point"/> gives it.</param>
    public static Bytes32 NodeOfPoint(in Bytes32 point)
    {
        Span<byte> key = stackalloc byte[Bytes32.Size];
        point.CopyTo(key);
        return Of(key, NodeOfPointSlot);
    }

    /// <summary>The node that has or had a signer.</summary>
    public static Bytes32 NodeOfSigner(in Address signer) => OfAddress(signer, NodeOfSignerSlot);

    /// <summary>Prekey of a wallet; its packed word is the next.</summary>
    public static Bytes32 Route(in Address wallet) => OfAddress(wallet, RoutesSlot);

    /// <summary>Nonce of a wallet.</summary>
    public static Bytes32 Nonce(in Address wallet) => OfAddress(wallet, NoncesSlot);

    /// <summary>The same of several wallets at once, at most <see cref="WalletsAtOnce"/>.</summary>
    /// <param name="wallets">The wallets.</param>
    /// <param name="slots">
    /// Receives <see cref="Route"/> of each, and <see cref="Nonce"/> of each from <see cref="WalletsAtOnce"/>
    /// on.
    /// </param>
    public static void OfWallets(ReadOnlySpan<Address> wallets, Span<Bytes32> slots)
    {
        Span<byte> blocks = stackalloc byte[Keccak256Lanes.Count * Keccak256Lanes.BlockSize];
        Span<byte> hashes = stackalloc byte[Keccak256Lanes.Count * Keccak256.Size];
        Span<int> sizes = stackalloc int[Keccak256Lanes.Count];
        blocks.Clear();
        sizes.Fill(2 * Bytes32.Size);
        for (int i = 0; i < wallets.Length; i++)
        {
            WritePreimage(wallets[i], RoutesSlot, blocks[(i * Keccak256Lanes.BlockSize)..]);
            WritePreimage(
                wallets[i], NoncesSlot, blocks[((WalletsAtOnce + i) * Keccak256Lanes.BlockSize)..]);
        }

        Keccak256Lanes.Hash(blocks, sizes, hashes);
        for (int i = 0; i < Keccak256Lanes.Count; i++)
            slots[i] = new Bytes32(hashes.Slice(i * Keccak256.Size, Keccak256.Size));
    }

    /// <summary>An X25519 key without the bit that X25519 ignores: what keys are told apart by.</summary>
    public static Bytes32 Point(in Bytes32 key)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        key.CopyTo(bytes);
        bytes[^1] &= 0x7F;
        return new Bytes32(bytes);
    }

    /// <summary>A slot so many after another, modulo 2^256.</summary>
    public static Bytes32 After(in Bytes32 slot, byte count)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        slot.CopyTo(bytes);
        int carry = count;
        for (int i = Bytes32.Size - 1; i >= 0 && carry != 0; i--)
        {
            carry += bytes[i];
            bytes[i] = (byte)carry;
            carry >>= 8;
        }

        return new Bytes32(bytes);
    }

    /// <summary>A number as a word.</summary>
    public static Bytes32 Word(ulong number)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes[^sizeof(ulong)..], number);
        return new Bytes32(bytes);
    }

    private static Bytes32 Fixed(byte slot) => Word(slot);

    private static Bytes32 OfNode(uint nodeId, byte mapping)
    {
        Span<byte> key = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(key, nodeId);
        return Of(key, mapping);
    }

    private static Bytes32 OfAddress(in Address address, byte mapping)
    {
        Span<byte> key = stackalloc byte[Address.Size];
        address.CopyTo(key);
        return Of(key, mapping);
    }

    private static void WritePreimage(in Address wallet, byte mapping, Span<byte> preimage)
    {
        wallet.CopyTo(preimage[(Bytes32.Size - Address.Size)..]);
        preimage[(2 * Bytes32.Size) - 1] = mapping;
    }

    /// <summary>
    /// Solidity's place of a mapping's entry: Keccak-256 of the key and the mapping's own slot.
    /// </summary>
    private static Bytes32 Of(ReadOnlySpan<byte> key, byte mapping)
    {
        Span<byte> preimage = stackalloc byte[2 * Bytes32.Size];
        preimage.Clear();
        key.CopyTo(preimage[(Bytes32.Size - key.Length)..]);
        preimage[^1] = mapping;
        return MerklePatricia.Hash(preimage);
    }
}
