using System.Buffers.Binary;
using System.Text;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>
/// The EIP-712 values of a signed envelope, spelled out word by word beside the code under test.
/// </summary>
internal sealed class GoldenSigning
{
    public GoldenSigning(in NetworkId network, in Envelope envelope, in Address to, byte[] keyCommit)
    {
        EnvelopeTypedData.DomainSeparator(network, DomainSeparator);
        BodyHash = Keccak256.Hash(envelope.Body);
        byte[] messageId = new byte[MessageId.Size];
        envelope.MessageId.CopyTo(messageId);
        byte[] encoded =
        [
            .. Keccak256.Hash(Encoding.ASCII.GetBytes(EnvelopeTypedData.Type)),
            .. Word(envelope.From), .. Word(to), .. Word((ulong)envelope.Kind), .. Word(envelope.IssuedMs),
            .. Word(envelope.TtlSec), .. messageId, .. new byte[16], .. BodyHash, .. keyCommit,
        ];
        StructHash = Keccak256.Hash(encoded);
        Digest = Keccak256.Hash([0x19, 0x01, .. DomainSeparator, .. StructHash]);
        byte[] digest = new byte[Keccak256.Size];
        EnvelopeTypedData.Fields fields = new(
            envelope.From, to, (byte)envelope.Kind, envelope.IssuedMs, envelope.TtlSec, envelope.MessageId);
        EnvelopeTypedData.Digest(network, fields, envelope.Body, keyCommit, digest);
        Assert.Equal(digest, Digest);
    }

    public byte[] BodyHash { get; }

    public byte[] DomainSeparator { get; } = new byte[Keccak256.Size];

    public byte[] StructHash { get; }

    public byte[] Digest { get; }

    private static byte[] Word(in Address address)
    {
        byte[] word = new byte[32];
        address.CopyTo(word.AsSpan(12));
        return word;
    }

    private static byte[] Word(ulong value)
    {
        byte[] word = new byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(word.AsSpan(24), value);
        return word;
    }
}
