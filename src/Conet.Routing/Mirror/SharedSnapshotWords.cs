using System.Buffers.Binary;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// The words of one registry as a shared snapshot has them: those that the header gives, and those of its
/// parts. Any thread.
/// </summary>
internal sealed class SharedSnapshotWords : IStorageWords, IDisposable
{
    private const int WordsPerNode = RegistrySlots.NodeWords + 4, WordsPerRoute = 3;

    private readonly SharedSnapshotReader _reader;
    private readonly SharedSnapshotPart[] _parts;
    private readonly List<StorageWord> _fixed = [];
    private readonly ThreadLocal<SharedSnapshotBlock> _block = new(() => new SharedSnapshotBlock());
    private int _problem;

    private SharedSnapshotWords(
        SharedSnapshotReader reader, Tables.RegistryPosition position, params SharedSnapshotPart[] parts)
    {
        _reader = reader;
        _parts = parts;
        AddFixed(RegistrySlots.EventsHash, position.Hash);
        AddFixed(RegistrySlots.EventCount, RegistrySlots.Word(position.Count));
    }

    /// <summary>Why a block could not be used.</summary>
    public SharedSnapshotProblem Problem => (SharedSnapshotProblem)Volatile.Read(ref _problem);

    /// <inheritdoc/>
    public int Blocks => 1 + _parts.Sum(_reader.Blocks);

    /// <inheritdoc/>
    public long WordsMax => _fixed.Count + _parts.Sum(part => _reader.Header.Records(part) * WordsPer(part));

    /// <inheritdoc/>
    public int BlockWordsMax =>
        (int)Math.Min(WordsMax, SharedSnapshotLayout.BlockRecords * _parts.Max(WordsPer));

    /// <summary>Words of the node registry.</summary>
    public static SharedSnapshotWords OfNodes(SharedSnapshotReader reader)
    {
        SharedSnapshotWords words = new(
            reader, reader.Header.NodePosition, SharedSnapshotPart.Nodes, SharedSnapshotPart.Keys,
            SharedSnapshotPart.Signers, SharedSnapshotPart.NodeWords);
        words.AddFixed(RegistrySlots.NodeCount, RegistrySlots.Word((ulong)reader.Header.Nodes));
        return words;
    }

    /// <summary>Words of the route registry.</summary>
    public static SharedSnapshotWords OfRoutes(SharedSnapshotReader reader) => new(
        reader, reader.Header.RoutePosition, SharedSnapshotPart.Routes, SharedSnapshotPart.RouteWords);

    /// <inheritdoc/>
    public int Read(int block, Span<StorageWord> words)
    {
        if (block == 0)
        {
            _fixed.CopyTo(words);
            return _fixed.Count;
        }

        int index = block - 1;
        int part = 0;
        for (; index >= _reader.Blocks(_parts[part]); part++)
            index -= _reader.Blocks(_parts[part]);
        SharedSnapshotBlock records = _block.Value!;
        SharedSnapshotProblem problem = _reader.TryRead(_parts[part], index, records);
        if (problem != SharedSnapshotProblem.None)
        {
            Interlocked.CompareExchange(ref _problem, (int)problem, (int)SharedSnapshotProblem.None);
            return -1;
        }

        int count = 0;
        if (_parts[part] == SharedSnapshotPart.Routes)
        {
            ExpandRoutes(records, words, ref count);
            return count;
        }

        int firstRecord = index * SharedSnapshotLayout.BlockRecords;
        for (int i = 0; i < records.Count; i++)
            Expand(_parts[part], firstRecord + i, records[i], words, ref count);
        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => _block.Dispose();

    private static int WordsPer(SharedSnapshotPart part) => part switch
    {
        SharedSnapshotPart.Nodes => WordsPerNode,
        SharedSnapshotPart.Routes => WordsPerRoute,
        _ => 1,
    };

    private static void Expand(
        SharedSnapshotPart part, int index, ReadOnlySpan<byte> record, Span<StorageWord> words, ref int count)
    {
        switch (part)
        {
            case SharedSnapshotPart.Nodes:
                ExpandNode((uint)index + 1, record, words, ref count);
                break;
            case SharedSnapshotPart.Keys:
                Add(words, ref count, RegistrySlots.NodeOfPoint(new Bytes32(record[..Bytes32.Size])),
                    NodeWord(record[Bytes32.Size..]));
                break;
            case SharedSnapshotPart.Signers:
                Add(words, ref count, RegistrySlots.NodeOfSigner(new Address(record[..Address.Size])),
                    NodeWord(record[Address.Size..]));
                break;
            default:
                words[count++] = new StorageWord(Word(record, 0), Word(record, 1));
                break;
        }
    }

    private static void ExpandNode(
        uint nodeId, ReadOnlySpan<byte> record, Span<StorageWord> words, ref int count)
    {
        Bytes32 first = RegistrySlots.Node(nodeId);
        for (byte i = 0; i < RegistrySlots.NodeWords; i++)
            Add(words, ref count, RegistrySlots.After(first, i), Word(record, i));
        ulong bondFreeAt = BinaryPrimitives.ReadUInt64BigEndian(record[NodeWords.Size..]);
        Add(words, ref count, RegistrySlots.BondFreeAt(nodeId), RegistrySlots.Word(bondFreeAt));

        Bytes32 owner = RegistrySlots.Word(nodeId);
        Address signer = new(record.Slice(Bytes32.Size + 12, Address.Size));
        Add(words, ref count, RegistrySlots.NodeOfSigner(signer), owner);
        foreach (int key in (ReadOnlySpan<int>)[NodeWords.LinkKeyWord, NodeWords.SealKeyWord])
            Add(words, ref count, RegistrySlots.NodeOfPoint(RegistrySlots.Point(Word(record, key))), owner);
    }

    private static void ExpandRoutes(SharedSnapshotBlock records, Span<StorageWord> words, ref int count)
    {
        const int Group = RegistrySlots.WalletsAtOnce;
        Span<Address> wallets = stackalloc Address[Group];
        Span<Bytes32> slots = stackalloc Bytes32[2 * Group];
        for (int start = 0; start < records.Count; start += Group)
        {
            int group = Math.Min(Group, records.Count - start);
            for (int i = 0; i < group; i++)
                wallets[i] = new Address(records[start + i][..Address.Size]);
            RegistrySlots.OfWallets(wallets[..group], slots);
            for (int i = 0; i < group; i++)
            {
                ReadOnlySpan<byte> record = records[start + i];
                Add(words, ref count, slots[i], SharedRoute.ReadPrekey(record));
                Add(words, ref count, RegistrySlots.After(slots[i], 1), SharedRoute.ReadPacked(record));
                Add(words, ref count, slots[Group + i], RegistrySlots.Word(SharedRoute.ReadNonce(record)));
            }
        }
    }

    private static void Add(Span<StorageWord> words, ref int count, in Bytes32 slot, in Bytes32 word)
    {
        if (!word.IsZero)
            words[count++] = new StorageWord(slot, word);
    }

    private static Bytes32 Word(ReadOnlySpan<byte> record, int index) =>
        new(record.Slice(index * Bytes32.Size, Bytes32.Size));

    private static Bytes32 NodeWord(ReadOnlySpan<byte> nodeId) =>
        RegistrySlots.Word(BinaryPrimitives.ReadUInt32BigEndian(nodeId));

    private void AddFixed(in Bytes32 slot, in Bytes32 word)
    {
        if (!word.IsZero)
            _fixed.Add(new StorageWord(slot, word));
    }
}
