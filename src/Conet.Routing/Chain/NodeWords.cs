using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// A node's record as the seven words of its storage; bytes of a word from the right:
/// <code>
///  0  operator 20
///  1  signer 20
///  2  linkKey 32
///  3  sealKey 32
///  4  ip 16 | clientPort 2 | nodePort 2
///  5  descriptorHash 32
///  6  descriptorVersion 4 | state 1 | bond 16
/// </code>
/// </summary>
internal static class NodeWords
{
    /// <summary>Size of the words in bytes.</summary>
    public const int Size = RegistrySlots.NodeWords * Bytes32.Size;

    /// <summary>Index of the word that holds the link key.</summary>
    public const int LinkKeyWord = 2;

    /// <summary>Index of the word that holds the seal key.</summary>
    public const int SealKeyWord = 3;

    private const int EndpointWord = 4 * Bytes32.Size, BondWord = 6 * Bytes32.Size;

    /// <summary>Writes the words of a record.</summary>
    /// <param name="node">The record.</param>
    /// <param name="words">Receives <see cref="Size"/> bytes.</param>
    public static void Write(in NodeRecord node, Span<byte> words)
    {
        words[..Size].Clear();
        node.Operator.CopyTo(Word(words, 0)[12..]);
        node.Signer.CopyTo(Word(words, 1)[12..]);
        node.LinkKey.CopyTo(Word(words, LinkKeyWord));
        node.SealKey.CopyTo(Word(words, SealKeyWord));
        Span<byte> endpoint = words[EndpointWord..];
        BinaryPrimitives.WriteUInt16BigEndian(endpoint[12..], node.NodePort);
        BinaryPrimitives.WriteUInt16BigEndian(endpoint[14..], node.ClientPort);
        BinaryPrimitives.WriteUInt128BigEndian(endpoint[16..], node.Ip);
        node.DescriptorHash.CopyTo(Word(words, RegistrySlots.DescriptorWord));
        Span<byte> bond = words[BondWord..];
        BinaryPrimitives.WriteUInt128BigEndian(bond[11..], node.Bond);
        bond[27] = (byte)node.State;
        BinaryPrimitives.WriteUInt32BigEndian(bond[28..], node.DescriptorVersion);
    }

    /// <summary>Reads the words of a record that exists; false if they cannot be those of one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> words, out NodeRecord node)
    {
        ReadOnlySpan<byte> endpoint = words.Slice(EndpointWord, Bytes32.Size);
        ReadOnlySpan<byte> bond = words.Slice(BondWord, Bytes32.Size);
        node = new NodeRecord(
            new Address(words.Slice(12, Address.Size)),
            new Address(words.Slice(Bytes32.Size + 12, Address.Size)),
            new Bytes32(words.Slice(LinkKeyWord * Bytes32.Size, Bytes32.Size)),
            new Bytes32(words.Slice(SealKeyWord * Bytes32.Size, Bytes32.Size)),
            BinaryPrimitives.ReadUInt128BigEndian(endpoint[16..]),
            BinaryPrimitives.ReadUInt16BigEndian(endpoint[14..]),
            BinaryPrimitives.ReadUInt16BigEndian(endpoint[12..]),
            new Bytes32(words.Slice(RegistrySlots.DescriptorWord * Bytes32.Size, Bytes32.Size)),
            BinaryPrimitives.ReadUInt32BigEndian(bond[28..]),
            (NodeState)bond[27],
            BinaryPrimitives.ReadUInt128BigEndian(bond[11..]));
        bool isState = node.State is NodeState.Active or NodeState.Draining or NodeState.Retired;
        Span<byte> again = stackalloc byte[Size];
        Write(node, again);
        return isState && again.SequenceEqual(words[..Size]);
    }

    private static Span<byte> Word(Span<byte> words, int index) =>
        words.Slice(index * Bytes32.Size, Bytes32.Size);
}
