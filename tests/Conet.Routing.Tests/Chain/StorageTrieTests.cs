using System.Diagnostics;
using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using Xunit.Abstractions;

namespace Conet.Routing.Tests.Chain;

/// <summary>Roots of storage tries against a trie that is built slowly and whole.</summary>
public sealed class StorageTrieTests(ITestOutputHelper output)
{
    [Fact]
    public void Leaves_in_order_give_the_root_of_the_whole_trie() => Property.HoldsForSeeds(
        random =>
        {
            StorageLeaf[] leaves = DrawLeaves(random, random.Next(1, 40));
            StorageTrieBuilder builder = new();
            Assert.All(leaves, leaf => Assert.True(builder.TryAdd(leaf)));
            builder.Finish();
            return builder.Root() == SlowRoot(leaves);
        },
        Property.IsFull ? 20_000 : 2_000);

    [Fact]
    public void Parts_by_first_nibble_join_to_the_root_of_the_whole_trie() => Property.HoldsForSeeds(
        random =>
        {
            StorageLeaf[] leaves = DrawLeaves(random, random.Next(0, 12));
            StorageTrieBuilder[] parts = [.. Enumerable.Range(0, 16).Select(_ => new StorageTrieBuilder(1))];
            Assert.All(leaves, leaf => Assert.True(parts[leaf.Key.ToArray()[0] >> 4].TryAdd(leaf)));
            Assert.All(parts, part => part.Finish());
            return StorageTrieBuilder.Join(parts) == SlowRoot(leaves);
        },
        Property.IsFull ? 20_000 : 2_000);

    [Fact]
    public void A_leaf_that_does_not_come_after_the_last_is_refused() => Property.HoldsForSeeds(
        random =>
        {
            StorageLeaf[] leaves = DrawLeaves(random, random.Next(2, 10));
            StorageTrieBuilder builder = new();
            Assert.All(leaves, leaf => Assert.True(builder.TryAdd(leaf)));
            StorageLeaf again = leaves[random.Next(leaves.Length)] with { Word = Word(random) };
            Assert.False(builder.TryAdd(again));
            builder.Finish();
            return builder.Root() == SlowRoot(leaves);
        },
        200);

    [Theory]
    [InlineData(0, 1, 1 << 20)]
    [InlineData(1, 2, 1 << 20)]
    [InlineData(3_000, 1, 1 << 20)]
    [InlineData(3_000, 2, 30_000)]
    [InlineData(5_000, 3, 1)]
    public void Words_in_any_order_give_the_same_root_with_any_threads_and_memory(
        int count, int threads, long leafBytes)
    {
        Random random = new(count + threads);
        StorageWord[] words = DrawWords(random, count);
        StorageTrieOptions options = new() { Threads = threads, LeafBytesMax = leafBytes };
        Assert.True(StorageTrieRoot.TryCompute(new MemoryWords(words, 100), options, out Bytes32 root));
        Assert.Equal(SlowRoot([.. words.Select(Leaf)]), root);
    }

    [Fact]
    public void A_slot_that_stands_there_twice_and_a_block_that_cannot_be_read_give_no_root()
    {
        StorageWord[] words = DrawWords(new Random(3), 500);
        StorageTrieOptions options = new() { Threads = 2 };
        Assert.False(StorageTrieRoot.TryCompute(
            new MemoryWords([.. words, words[7]], 50), options, out _));
        Assert.False(StorageTrieRoot.TryCompute(
            new MemoryWords(words, 50) { UnreadableBlock = 4 }, options, out _));
    }

    [Fact]
    public void Cancelling_ends_the_work()
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        MemoryWords words = new(DrawWords(new Random(3), 500), 50);
        Assert.Throws<OperationCanceledException>(() => StorageTrieRoot.TryCompute(
            words, new StorageTrieOptions(), out _, cancelled.Token));
    }

    [Fact]
    public void Many_words_give_one_root_in_one_pass_and_in_sixteen()
    {
        int count = Property.IsFull ? 4_000_000 : 60_000;
        StorageWord[] words = DrawWords(new Random(5), count);
        Bytes32[] roots = [.. new[] { 64L * count, 1 }.Select(leafBytes =>
        {
            long began = Stopwatch.GetTimestamp();
            StorageTrieOptions options = new() { Threads = 2, LeafBytesMax = leafBytes };
            Assert.True(StorageTrieRoot.TryCompute(new MemoryWords(words, 1_024), options, out Bytes32 root));
            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            output.WriteLine($"{count} words in {seconds:0.00} s, {count / seconds:0} a second: {root}");
            return root;
        })];
        Assert.Equal(roots[0], roots[1]);
    }

    [Fact]
    public void The_slots_are_those_of_the_compiler()
    {
        Address wallet = new([.. Enumerable.Range(1, Address.Size).Select(i => (byte)i)]);
        Bytes32 point = new([.. Enumerable.Range(3, Bytes32.Size).Select(i => (byte)i)]);
        Dictionary<string, int> nodes = ReadLayout("NodeRegistry"), routes = ReadLayout("RouteRegistry");
        Assert.Equal(RegistrySlots.Word((ulong)nodes["eventsHash"]), RegistrySlots.EventsHash);
        Assert.Equal(RegistrySlots.Word((ulong)routes["eventsHash"]), RegistrySlots.EventsHash);
        Assert.Equal(RegistrySlots.Word((ulong)nodes["eventCount"]), RegistrySlots.EventCount);
        Assert.Equal(RegistrySlots.Word((ulong)routes["eventCount"]), RegistrySlots.EventCount);
        Assert.Equal(RegistrySlots.Word((ulong)nodes["nodeCount"]), RegistrySlots.NodeCount);
        byte[] id = [0, 0, 0, 9];
        Assert.Equal(InMapping(id, nodes["_nodes"]), RegistrySlots.Node(9));
        Assert.Equal(InMapping(id, nodes["_bondFreeAt"]), RegistrySlots.BondFreeAt(9));
        Assert.Equal(InMapping(point.ToArray(), nodes["_nodeOfPoint"]), RegistrySlots.NodeOfPoint(point));
        Assert.Equal(InMapping(wallet.ToArray(), nodes["_nodeOfSigner"]), RegistrySlots.NodeOfSigner(wallet));
        Assert.Equal(InMapping(wallet.ToArray(), routes["_routes"]), RegistrySlots.Route(wallet));
        Assert.Equal(InMapping(wallet.ToArray(), routes["nonces"]), RegistrySlots.Nonce(wallet));
        Assert.Equal(9 + 6, nodes.Values.Count() + routes.Values.Count());
    }

    [Fact]
    public void A_slot_after_another_is_counted_through_all_its_bytes()
    {
        Bytes32 last = new([.. Enumerable.Repeat((byte)0xFF, Bytes32.Size)]);
        Assert.Equal(RegistrySlots.Word(6), RegistrySlots.After(last, 7));
        Assert.Equal(RegistrySlots.Word(0x1_00FF), RegistrySlots.After(RegistrySlots.Word(0x1_0000), 0xFF));
    }

    private static Bytes32 InMapping(byte[] key, int slot)
    {
        byte[] preimage = new byte[64];
        key.CopyTo(preimage, 32 - key.Length);
        preimage[63] = (byte)slot;
        return MerklePatricia.Hash(preimage);
    }

    private static Dictionary<string, int> ReadLayout(string contract)
    {
        using JsonDocument artifact = JsonDocument.Parse(RegistryChain.ReadArtifact(contract));
        return artifact.RootElement.GetProperty("storageLayout").EnumerateArray().ToDictionary(
            variable => variable.GetProperty("label").GetString()!,
            variable => variable.GetProperty("slot").GetInt32());
    }

    private static Bytes32 SlowRoot(StorageLeaf[] leaves)
    {
        SortedDictionary<string, byte[]> entries = new(StringComparer.Ordinal);
        foreach (StorageLeaf leaf in leaves)
        {
            RlpWriter value = new();
            value.WriteUInt256(leaf.Word.ToUInt256());
            entries.Add(Convert.ToHexStringLower(leaf.Key.ToArray()), value.ToArray());
        }

        return new SlowPatricia(entries).Root;
    }

    private static StorageLeaf Leaf(StorageWord word) =>
        new(MerklePatricia.Hash(word.Slot.ToArray()), word.Word);

    private static StorageWord[] DrawWords(Random random, int count)
    {
        StorageWord[] words = new StorageWord[count];
        foreach (ref StorageWord word in words.AsSpan())
            word = new StorageWord(new Bytes32(RegistryCases.Bytes(random, Bytes32.Size)), Word(random));
        return words;
    }

    /// <summary>Leaves whose keys share starts of any length, in order.</summary>
    private static StorageLeaf[] DrawLeaves(Random random, int count)
    {
        SortedDictionary<Bytes32, Bytes32> leaves = [];
        byte[] key = RegistryCases.Bytes(random, Bytes32.Size);
        for (int i = 0; i < count; i++)
        {
            const int Last = (2 * Bytes32.Size) - 1;
            int from = random.Next(3) == 0 ? random.Next(Last + 1) : Last - random.Next(4);
            key[from / 2] ^= (byte)(random.Next(1, 16) << (from % 2 == 0 ? 4 : 0));
            if (random.Next(4) == 0)
                random.NextBytes(key.AsSpan((from / 2) + 1));
            leaves[new Bytes32(key)] = Word(random);
        }

        return [.. leaves.Select(leaf => new StorageLeaf(leaf.Key, leaf.Value))];
    }

    /// <summary>Of any length, with zero among them, as anvil keeps it.</summary>
    private static Bytes32 Word(Random random)
    {
        byte[] word = new byte[Bytes32.Size];
        random.NextBytes(word.AsSpan(Bytes32.Size - random.Next(Bytes32.Size + 1)));
        return new Bytes32(word);
    }

    private sealed class MemoryWords(StorageWord[] words, int blockWords) : IStorageWords
    {
        public int UnreadableBlock { get; init; } = -1;

        public int Blocks => (words.Length + blockWords - 1) / blockWords;

        public long WordsMax => words.Length;

        public int BlockWordsMax => blockWords;

        public int Read(int block, Span<StorageWord> target)
        {
            if (block == UnreadableBlock)
                return -1;
            Span<StorageWord> from = words.AsSpan(block * blockWords);
            from = from[..Math.Min(blockWords, from.Length)];
            from.CopyTo(target);
            return from.Length;
        }
    }
}
