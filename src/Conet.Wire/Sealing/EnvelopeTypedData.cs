using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Wire.Sealing;

/// <summary>
/// The EIP-712 digest an envelope's signature is over. Allocates nothing. Source: EIP-712; docs/SPEC.md,
/// section 5.1.
/// </summary>
public static class EnvelopeTypedData
{
    /// <summary>The struct type, as EIP-712 encodes it.</summary>
    public const string Type =
        "Envelope(address from,address to,uint8 kind,uint64 issuedMs,uint32 ttlSec,bytes16 msgId,"
        + "bytes32 bodyHash,bytes32 keyCommit)";

    private const string DomainType =
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

    private const int Word = 32;
    private const int StructWords = 9;
    private const int DomainWords = 5;

    private static readonly byte[] _typeHash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Type));
    private static readonly byte[] _domainTypeHash =
        Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(DomainType));
    private static readonly byte[] _nameHash = Keccak256.Hash("Conet"u8);
    private static readonly byte[] _versionHash = Keccak256.Hash("1"u8);

    /// <summary>The fields of the struct that are neither the body nor the key commitment.</summary>
    /// <param name="From">Sender.</param>
    /// <param name="To">Addressee as the sender names it.</param>
    /// <param name="Kind">Kind byte.</param>
    /// <param name="IssuedMs">Milliseconds since 1970.</param>
    /// <param name="TtlSec">Lifetime in seconds.</param>
    /// <param name="MessageId">Message id.</param>
    public readonly record struct Fields(
        Address From, Address To, byte Kind, ulong IssuedMs, uint TtlSec, MessageId MessageId);

    /// <summary>Writes the 32-byte digest to sign or to recover from.</summary>
    /// <param name="network">Gives chain id and verifying contract of the domain.</param>
    /// <param name="fields">The struct's plain fields.</param>
    /// <param name="body">The body without padding; hashed here.</param>
    /// <param name="keyCommit">32 bytes, HPKE Export("conet/commit/1", 32).</param>
    /// <param name="digest">Receives 32 bytes.</param>
    public static void Digest(
        in NetworkId network,
        in Fields fields,
        ReadOnlySpan<byte> body,
        ReadOnlySpan<byte> keyCommit,
        Span<byte> digest)
    {
        Span<byte> words = stackalloc byte[StructWords * Word];
        words.Clear();
        _typeHash.CopyTo(words);
        fields.From.CopyTo(words[(Word + 12)..]);
        fields.To.CopyTo(words[((2 * Word) + 12)..]);
        words[(4 * Word) - 1] = fields.Kind;
        BinaryPrimitives.WriteUInt64BigEndian(words[((5 * Word) - 8)..], fields.IssuedMs);
        BinaryPrimitives.WriteUInt32BigEndian(words[((6 * Word) - 4)..], fields.TtlSec);
        fields.MessageId.CopyTo(words[(6 * Word)..]); // bytes16 is left-aligned in its word
        Keccak256.Hash(body, words.Slice(7 * Word, Word));
        keyCommit[..Word].CopyTo(words[(8 * Word)..]);

        Span<byte> preimage = stackalloc byte[2 + (2 * Word)];
        preimage[0] = 0x19;
        preimage[1] = 0x01;
        DomainSeparator(network, preimage.Slice(2, Word));
        Keccak256.Hash(words, preimage[(2 + Word)..]);
        Keccak256.Hash(preimage, digest[..Word]);
    }

    /// <summary>Writes the 32-byte EIP-712 domain separator of a network.</summary>
    public static void DomainSeparator(in NetworkId network, Span<byte> separator)
    {
        Span<byte> words = stackalloc byte[DomainWords * Word];
        words.Clear();
        _domainTypeHash.CopyTo(words);
        _nameHash.CopyTo(words[Word..]);
        _versionHash.CopyTo(words[(2 * Word)..]);
        BinaryPrimitives.WriteUInt64BigEndian(words[((4 * Word) - 8)..], network.ChainId);
        network.RouteRegistry.CopyTo(words[((4 * Word) + 12)..]);
        Keccak256.Hash(words, separator[..Word]);
    }
}
