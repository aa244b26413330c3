using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Thin;
using Conet.Routing.Tests.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Thin;

/// <summary>
/// A route registry on paper: routes, their storage trie, a state trie with that account, and the block they
/// are of. Makes buckets, also such as no honest node makes. The same seed is the same registry.
/// </summary>
internal sealed class PaperRegistry
{
    public const ulong ChainId = 31_337;
    public const ulong TimeSeconds = 1_800_000_000;

    private readonly Dictionary<Bytes32, byte[]> _nodes = [];
    private readonly Bytes32 _storageRoot;
    private readonly List<byte[]> _account;

    public PaperRegistry(
        int wallets, int seed, ulong number = 100, ulong timeSeconds = TimeSeconds, uint epoch = 3)
    {
        TypedData = new RouteTypedData(ChainId, Registry);
        Records = [.. Enumerable.Range(0, wallets).Select(i => MakeRecord(seed, i, epoch))
            .OrderBy(record => record.Wallet)];
        SortedDictionary<string, byte[]> words = new(StringComparer.Ordinal);
        foreach (BucketRecord record in Records)
        {
            (Bytes32 prekey, Bytes32 packed) = BucketRecord.SlotsOf(record.Wallet);
            words[Key(prekey)] = Rlp(record.Route.Prekey.ToUInt256());
            words[Key(packed)] = Rlp(record.Route.ToPackedWord());
        }

        // Not of any route: a rolling hash, as a registry has.
        words[Key(default)] = Rlp(12345UL);
        SlowPatricia storage = new(words);
        _storageRoot = storage.Root;
        foreach ((Bytes32 hash, byte[] node) in storage.AllNodes())
            _nodes[hash] = node;
        string account = Convert.ToHexStringLower(Keccak256.Hash(Registry.ToArray()));
        SlowPatricia state = new(new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [account] = AccountRlp(_storageRoot),
            [new string('7', 64)] = AccountRlp(MerklePatricia.EmptyRoot),
        });
        _account = state.Prove(account);
        Header = new BlockHeader(
            number, new Bytes32(SHA256.HashData(BitConverter.GetBytes(number + (ulong)seed))), default,
            timeSeconds, state.Root, null);
    }

    public static Address Registry { get; } = new([.. Enumerable.Repeat((byte)0x5A, Address.Size)]);

    public RouteTypedData TypedData { get; }

    /// <summary>Ascending by wallet.</summary>
    public IReadOnlyList<BucketRecord> Records { get; }

    public BlockHeader Header { get; }

    public BucketHead Head(AddressPrefix prefix) => new(
        ChainId, Registry, Header.Number, Header.Hash, Header.StateRoot, Header.TimestampSeconds, prefix);

    /// <summary>The bucket of exactly that prefix.</summary>
    public byte[] Content(AddressPrefix prefix) => Content(
        Head(prefix), [.. Records.Where(record => prefix.Contains(record.Wallet))]);

    /// <summary>A bucket that says what it is told to, with the proofs of the records' slots.</summary>
    public byte[] Content(BucketHead head, BucketRecord[] records, params byte[][] moreNodes) =>
        BucketFormat.Write(head, records, _account, [.. NodesOf(records), .. moreNodes])!;

    /// <summary>Storage nodes in the order in which a reader first needs them.</summary>
    public List<byte[]> NodesOf(IEnumerable<BucketRecord> records)
    {
        List<byte[]> needed = [];
        HashSet<Bytes32> seen = [];
        foreach (BucketRecord record in records)
        {
            (Bytes32 prekey, Bytes32 packed) = BucketRecord.SlotsOf(record.Wallet);
            foreach (string key in new[] { Key(prekey), Key(packed) })
                Walk(key, needed, seen);
        }

        return needed;
    }

    private static BucketRecord MakeRecord(int seed, int number, uint epoch)
    {
        byte[] secret = SHA256.HashData([.. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(number)]);
        Assert.True(Wallet.TryImport(secret, out Wallet? wallet));
        using (wallet)
        {
            Bytes32 prekey = new(SHA256.HashData(secret));
            Assert.True(PackedRoute.TryCreate(
                new NodeId(1), new NodeId(2), default, 1, epoch, TimeSeconds + 1_000_000, 0,
                out PackedRoute route, out _));
            CompactSignature signature =
                new RouteTypedData(ChainId, Registry).SignRoute(wallet!, prekey, route);
            return new BucketRecord(wallet!.Address, RouteRecord.Live(prekey, route), signature);
        }
    }

    private static string Key(in Bytes32 slot) =>
        Convert.ToHexStringLower(Keccak256.Hash(slot.ToArray()));

    private static byte[] Rlp(in UInt256 word)
    {
        RlpWriter writer = new();
        writer.WriteUInt256(word);
        return writer.ToArray();
    }

    private static byte[] AccountRlp(in Bytes32 storageRoot)
    {
        RlpWriter writer = new();
        int list = writer.BeginList();
        writer.WriteUInt64(1);
        writer.WriteUInt256(default);
        writer.WriteBytes(storageRoot.ToArray());
        writer.WriteBytes(StateProof.EmptyCodeHash.ToArray());
        writer.EndList(list);
        return writer.ToArray();
    }

    /// <summary>A walk of its own, so that the order is not that of the code under test.</summary>
    private void Walk(string key, List<byte[]> needed, HashSet<Bytes32> seen)
    {
        Bytes32 hash = _storageRoot;
        for (int at = 0; ;)
        {
            byte[] node = _nodes[hash];
            if (seen.Add(hash))
                needed.Add(node);
            RlpReader reader = new(node);
            Assert.True(reader.TryReadList(out RlpReader items));
            List<byte[]> parts = [];
            while (!items.IsAtEnd && items.TryReadRaw(out ReadOnlySpan<byte> part))
                parts.Add(part.ToArray());
            if (parts.Count == 17)
            {
                byte[] child = parts[Convert.ToInt32(key[at++].ToString(), 16)];
                if (child.Length != 33)
                    return;
                hash = new Bytes32(child.AsSpan(1));
                continue;
            }

            RlpReader path = new(parts[0]);
            Assert.True(path.TryReadBytes(out ReadOnlySpan<byte> encoded));
            if (encoded[0] >> 4 >= 2 || parts[1].Length != 33)
                return;
            at += (2 * encoded.Length) - ((encoded[0] >> 4 & 1) != 0 ? 1 : 2);
            hash = new Bytes32(parts[1].AsSpan(1));
        }
    }
}
