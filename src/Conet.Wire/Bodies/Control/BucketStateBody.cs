using System.Buffers.Binary;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// How a bucket stands. Fields that the state has no use for are zero.
/// <code>
///  0           16      17        21             29       34        38      42            74             82
///  +-----------+-------+---------+--------------+--------+---------+-------+-------------+--------------+
///  | requestId | state | retryMs | tableRecords | prefix | records | bytes | contentHash | blockNumber  |
///  +-----------+-------+---------+--------------+--------+---------+-------+-------------+--------------+
/// </code>
/// The hash is a slice of what was parsed. Source: docs/SPEC.md, section 8.1.
/// </summary>
public readonly ref struct BucketStateBody
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = BlockNumberOffset + 8;

    /// <summary>Bytes of a content hash.</summary>
    public const int HashSize = 32;

    private const int StateOffset = MessageId.Size;
    private const int RetryOffset = StateOffset + 1;
    private const int TableRecordsOffset = RetryOffset + 4;
    private const int PrefixOffset = TableRecordsOffset + 8;
    private const int RecordsOffset = PrefixOffset + AddressPrefix.Size;
    private const int BytesOffset = RecordsOffset + 4;
    private const int HashOffset = BytesOffset + 4;
    private const int BlockNumberOffset = HashOffset + HashSize;

    /// <summary>The message that is answered.</summary>
    public MessageId RequestId { get; init; }

    /// <summary>How it stands.</summary>
    public BucketState State { get; init; }

    /// <summary>When to ask again, milliseconds.</summary>
    public uint RetryMs { get; init; }

    /// <summary>Routes in force in the node's whole table.</summary>
    public ulong TableRecords { get; init; }

    /// <summary>The prefix whose routes the bucket holds: the one asked for, or a shorter one.</summary>
    public AddressPrefix Prefix { get; init; }

    /// <summary>Routes under that prefix.</summary>
    public uint Records { get; init; }

    /// <summary>Bytes of the content.</summary>
    public uint ContentBytes { get; init; }

    /// <summary>Keccak-256 of the content, 32 bytes; empty stands for zero.</summary>
    public ReadOnlySpan<byte> ContentHash { get; init; }

    /// <summary>Block the content is of.</summary>
    public ulong BlockNumber { get; init; }

    /// <summary>Parses a body. False unless it has 82 bytes, a known state and a prefix.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out BucketStateBody body)
    {
        body = default;
        if (bytes.Length != Size
            || (BucketState)bytes[StateOffset] is < BucketState.Ready or > BucketState.TooMany
            || !AddressPrefix.TryParse(
                bytes.Slice(PrefixOffset, AddressPrefix.Size), out AddressPrefix prefix))
            return false;
        body = new BucketStateBody
        {
            RequestId = new MessageId(bytes[..MessageId.Size]),
            State = (BucketState)bytes[StateOffset],
            RetryMs = BinaryPrimitives.ReadUInt32BigEndian(bytes[RetryOffset..]),
            TableRecords = BinaryPrimitives.ReadUInt64BigEndian(bytes[TableRecordsOffset..]),
            Prefix = prefix,
            Records = BinaryPrimitives.ReadUInt32BigEndian(bytes[RecordsOffset..]),
            ContentBytes = BinaryPrimitives.ReadUInt32BigEndian(bytes[BytesOffset..]),
            ContentHash = bytes.Slice(HashOffset, HashSize),
            BlockNumber = BinaryPrimitives.ReadUInt64BigEndian(bytes[BlockNumberOffset..]),
        };
        return true;
    }

    /// <summary>Writes 82 bytes.</summary>
    public int Write(Span<byte> destination)
    {
        RequestId.CopyTo(destination);
        destination[StateOffset] = (byte)State;
        BinaryPrimitives.WriteUInt32BigEndian(destination[RetryOffset..], RetryMs);
        BinaryPrimitives.WriteUInt64BigEndian(destination[TableRecordsOffset..], TableRecords);
        Prefix.Write(destination[PrefixOffset..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[RecordsOffset..], Records);
        BinaryPrimitives.WriteUInt32BigEndian(destination[BytesOffset..], ContentBytes);
        Span<byte> hash = destination.Slice(HashOffset, HashSize);
        hash.Clear();
        ContentHash.CopyTo(hash);
        BinaryPrimitives.WriteUInt64BigEndian(destination[BlockNumberOffset..], BlockNumber);
        return Size;
    }
}
