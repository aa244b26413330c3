using System.Buffers.Binary;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Thin;

/// <summary>
/// The bytes of a bucket: parsed and written, not verified. One encoding: records by wallet, account nodes
/// from the root down, storage nodes in the order in which they are first needed.
/// <code>
///  0         1         9          29            37          69          101         109
///  +---------+---------+----------+-------------+-----------+-----------+-----------+
///  | version | chainId | registry | blockNumber | blockHash | stateRoot | blockTime |
///  +---------+---------+----------+-------------+-----------+-----------+-----------+
///  109      114       118            120            124
///  +--------+---------+--------------+--------------+-------------------------------+
///  | prefix | records | accountNodes | storageNodes | records, then nodes           |
///  +--------+---------+--------------+--------------+-------------------------------+
///  record: wallet (20), prekey (32), packed (32), r (32), vs (32)       node: length (2), bytes
/// </code>
/// Source: docs/SPEC.md, section 8.1.
/// </summary>
internal sealed class BucketFormat
{
    public const byte Version = 1;

    /// <summary>Bytes before the records.</summary>
    public const int HeadSize = StorageNodesOffset + 4;

    /// <summary>Bytes of a record.</summary>
    public const int RecordSize = Address.Size + (4 * Bytes32.Size);

    private const int ChainIdOffset = 1;
    private const int RegistryOffset = ChainIdOffset + 8;
    private const int BlockNumberOffset = RegistryOffset + Address.Size;
    private const int BlockHashOffset = BlockNumberOffset + 8;
    private const int StateRootOffset = BlockHashOffset + Bytes32.Size;
    private const int BlockTimeOffset = StateRootOffset + Bytes32.Size;
    private const int PrefixOffset = BlockTimeOffset + 8;
    private const int RecordsOffset = PrefixOffset + AddressPrefix.Size;
    private const int AccountNodesOffset = RecordsOffset + 4;
    private const int StorageNodesOffset = AccountNodesOffset + 2;

    private BucketFormat(BucketHead head, BucketRecord[] records, byte[][] account, byte[][] storage)
    {
        Head = head;
        Records = records;
        AccountNodes = account;
        StorageNodes = storage;
    }

    public BucketHead Head { get; }

    /// <summary>Strictly ascending by wallet, all under the prefix, none cleared.</summary>
    public BucketRecord[] Records { get; }

    public byte[][] AccountNodes { get; }

    public byte[][] StorageNodes { get; }

    /// <summary>Parses a content. Every count is checked before memory is taken for it.</summary>
    public static BucketProblem TryParse(ReadOnlySpan<byte> content, out BucketFormat? bucket)
    {
        bucket = null;
        if (content.Length is < HeadSize or > BucketLimits.ContentBytesMax || content[0] != Version
            || !AddressPrefix.TryParse(
                content.Slice(PrefixOffset, AddressPrefix.Size), out AddressPrefix prefix))
            return BucketProblem.Malformed;
        BucketHead head = new(
            BinaryPrimitives.ReadUInt64BigEndian(content[ChainIdOffset..]),
            new Address(content.Slice(RegistryOffset, Address.Size)),
            BinaryPrimitives.ReadUInt64BigEndian(content[BlockNumberOffset..]),
            new Bytes32(content.Slice(BlockHashOffset, Bytes32.Size)),
            new Bytes32(content.Slice(StateRootOffset, Bytes32.Size)),
            BinaryPrimitives.ReadUInt64BigEndian(content[BlockTimeOffset..]),
            prefix);
        uint count = BinaryPrimitives.ReadUInt32BigEndian(content[RecordsOffset..]);
        int accounts = BinaryPrimitives.ReadUInt16BigEndian(content[AccountNodesOffset..]);
        uint nodes = BinaryPrimitives.ReadUInt32BigEndian(content[StorageNodesOffset..]);
        if (count > BucketLimits.RecordsMax || accounts > ChainLimits.ProofNodesMax
            || nodes > BucketLimits.StorageNodesMax || content.Length - HeadSize < count * RecordSize)
            return BucketProblem.Malformed;
        ReadOnlySpan<byte> rest = content[HeadSize..];
        BucketProblem problem = TryReadRecords(ref rest, (int)count, prefix, out BucketRecord[] records);
        if (problem != BucketProblem.None)
            return problem;
        if (!TryReadNodes(ref rest, accounts, out byte[][] account)
            || !TryReadNodes(ref rest, (int)nodes, out byte[][] storage)
            || !rest.IsEmpty)
            return BucketProblem.Malformed;
        bucket = new BucketFormat(head, records, account, storage);
        return BucketProblem.None;
    }

    /// <summary>Writes a content; null if it is longer than one may be.</summary>
    /// <param name="head">What it is of.</param>
    /// <param name="records">Ascending by wallet.</param>
    /// <param name="account">Nodes of the account proof.</param>
    /// <param name="storage">Nodes of the storage proofs, each once, in the order they are needed.</param>
    public static byte[]? Write(
        BucketHead head,
        IReadOnlyList<BucketRecord> records,
        IReadOnlyList<byte[]> account,
        IReadOnlyList<byte[]> storage)
    {
        long size = HeadSize + ((long)records.Count * RecordSize)
            + account.Concat(storage).Sum(node => 2L + node.Length);
        if (size > BucketLimits.ContentBytesMax || records.Count > BucketLimits.RecordsMax
            || storage.Count > BucketLimits.StorageNodesMax)
            return null;
        byte[] content = new byte[size];
        content[0] = Version;
        BinaryPrimitives.WriteUInt64BigEndian(content.AsSpan(ChainIdOffset), head.ChainId);
        head.RouteRegistry.CopyTo(content.AsSpan(RegistryOffset));
        BinaryPrimitives.WriteUInt64BigEndian(content.AsSpan(BlockNumberOffset), head.BlockNumber);
        head.BlockHash.CopyTo(content.AsSpan(BlockHashOffset));
        head.StateRoot.CopyTo(content.AsSpan(StateRootOffset));
        BinaryPrimitives.WriteUInt64BigEndian(content.AsSpan(BlockTimeOffset), head.BlockTimeSeconds);
        head.Prefix.Write(content.AsSpan(PrefixOffset));
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(RecordsOffset), (uint)records.Count);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(AccountNodesOffset), (ushort)account.Count);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(StorageNodesOffset), (uint)storage.Count);
        Span<byte> rest = content.AsSpan(HeadSize);
        foreach (BucketRecord record in records)
            WriteRecord(ref rest, record);
        foreach (byte[] node in account.Concat(storage))
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)node.Length);
            node.CopyTo(rest[2..]);
            rest = rest[(2 + node.Length)..];
        }

        return content;
    }

    private static BucketProblem TryReadRecords(
        ref ReadOnlySpan<byte> rest, int count, in AddressPrefix prefix, out BucketRecord[] records)
    {
        records = new BucketRecord[count];
        for (int i = 0; i < count; i++)
        {
            Address wallet = new(rest[..Address.Size]);
            ReadOnlySpan<byte> words = rest[Address.Size..RecordSize];
            if (!prefix.Contains(wallet) || (i > 0 && records[i - 1].Wallet >= wallet))
                return BucketProblem.Malformed;
            Bytes32 prekey = new(words[..32]);
            if (!RouteRecord.TryParse(
                    prekey, UInt256.FromBigEndian(words[32..64]), out RouteRecord route, out _)
                || !route.IsLive || prekey.IsZero)
                return BucketProblem.BadRecord;
            records[i] = new BucketRecord(
                wallet, route, new CompactSignature(new Bytes32(words[64..96]), new Bytes32(words[96..])));
            rest = rest[RecordSize..];
        }

        return BucketProblem.None;
    }

    private static bool TryReadNodes(ref ReadOnlySpan<byte> rest, int count, out byte[][] nodes)
    {
        nodes = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            if (rest.Length < 2)
                return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (length > ChainLimits.ProofNodeBytesMax || rest.Length - 2 < length)
                return false;
            nodes[i] = rest.Slice(2, length).ToArray();
            rest = rest[(2 + length)..];
        }

        return true;
    }

    private static void WriteRecord(ref Span<byte> rest, in BucketRecord record)
    {
        record.Wallet.CopyTo(rest);
        record.Route.Prekey.CopyTo(rest[20..]);
        record.Route.ToPackedWord().ToBytes32().CopyTo(rest[52..]);
        record.Signature.R.CopyTo(rest[84..]);
        record.Signature.Vs.CopyTo(rest[116..]);
        rest = rest[RecordSize..];
    }
}
