using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// The rolling hash that each registry keeps of its own events:
/// <c>next = keccak256(previous | uint64 seq | topic1 | keccak256(data))</c>, from zero, with seq from 1.
/// </summary>
public static class EventsHash
{
    private const int PreviousOffset = 0, SequenceOffset = PreviousOffset + Bytes32.Size;
    private const int TopicOffset = SequenceOffset + sizeof(ulong),
        DataHashOffset = TopicOffset + Bytes32.Size;
    private const int PreimageSize = DataHashOffset + Keccak256.Size;

    /// <summary>The hash after one more event.</summary>
    /// <param name="previous">Hash before; zero before the first event.</param>
    /// <param name="sequence">Sequence number of the event.</param>
    /// <param name="topic1">The indexed argument as the log has it.</param>
    /// <param name="data">The log's data: the other arguments, ABI-encoded.</param>
    public static Bytes32 Next(
        in Bytes32 previous, ulong sequence, in Bytes32 topic1, ReadOnlySpan<byte> data)
    {
        Span<byte> preimage = stackalloc byte[PreimageSize];
        previous.CopyTo(preimage[PreviousOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(preimage[SequenceOffset..], sequence);
        topic1.CopyTo(preimage[TopicOffset..]);
        Keccak256.Hash(data, preimage.Slice(DataHashOffset, Keccak256.Size));
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(preimage, hash);
        return new Bytes32(hash);
    }
}
