using BenchmarkDotNet.Attributes;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Bench.Wire;

/// <summary>
/// What does it cost to find the way of a random destination, in a table that no cache holds?
/// </summary>
[Question("look-up", "lookup", AllocatesNothing = true, UsesRoutes = true)]
public class LookUpBench
{
    /// <summary>Look-ups of one call.</summary>
    public const int Count = 512;

    private readonly int[] _offsets = new int[Count];
    private readonly uint[] _values = new uint[Count];
    private readonly bool[] _found = new bool[Count];
    private RouteTrie _trie = null!;
    private byte[] _hits = [];
    private byte[] _misses = [];
    private Dictionary<Address, uint> _dictionary = [];
    private int _start;

    /// <summary>Takes the table.</summary>
    [GlobalSetup]
    public void Setup()
    {
        RouteScene scene = RouteScene.Take();
        _trie = scene.Table.Trie;
        _hits = scene.Hits;
        _misses = scene.Misses;
        for (int index = 0; index < Count; index++)
            _offsets[index] = index * Address.Size;
    }

    /// <summary>Takes the table, and its copy as a dictionary.</summary>
    [GlobalSetup(Targets = [nameof(DictionaryHits), nameof(DictionaryMisses)])]
    public void SetupDictionary()
    {
        Setup();
        _dictionary = RouteScene.Take().ToDictionary();
    }

    /// <summary>.NET's own hash table.</summary>
    [Benchmark(Description = "Dictionary, hit", OperationsPerInvoke = Count, Baseline = true)]
    public uint DictionaryHits() => FindInDictionary(_hits);

    /// <summary>The trie, one destination after the other.</summary>
    [Benchmark(Description = "trie, one at a time, hit", OperationsPerInvoke = Count)]
    public uint SingleHits() => FindSingly(_hits);

    /// <summary>The trie, a batch.</summary>
    [Benchmark(Description = "trie, batch, hit", OperationsPerInvoke = Count)]
    public bool BatchHits() => FindBatch(_hits);

    /// <summary>.NET's own hash table.</summary>
    [Benchmark(Description = "Dictionary, miss", OperationsPerInvoke = Count)]
    public uint DictionaryMisses() => FindInDictionary(_misses);

    /// <summary>The trie, one destination after the other; prefixes are tried as well.</summary>
    [Benchmark(Description = "trie, one at a time, miss", OperationsPerInvoke = Count)]
    public uint SingleMisses() => FindSingly(_misses);

    /// <summary>The trie, a batch; prefixes are tried as well.</summary>
    [Benchmark(Description = "trie, batch, miss", OperationsPerInvoke = Count)]
    public bool BatchMisses() => FindBatch(_misses);

    private ReadOnlySpan<byte> Next(byte[] destinations)
    {
        _start = (_start + Count) % (RouteScene.Queries - Count);
        return destinations.AsSpan(_start * Address.Size, Count * Address.Size);
    }

    private uint FindInDictionary(byte[] destinations)
    {
        ReadOnlySpan<byte> addresses = Next(destinations);
        uint sum = 0;
        for (int index = 0; index < Count; index++)
        {
            Address address = new(addresses.Slice(index * Address.Size, Address.Size));
            if (_dictionary.TryGetValue(address, out uint value))
                sum += value;
        }

        return sum;
    }

    private uint FindSingly(byte[] destinations)
    {
        ReadOnlySpan<byte> addresses = Next(destinations);
        uint sum = 0;
        for (int index = 0; index < Count; index++)
        {
            if (_trie.TryFind(addresses.Slice(index * Address.Size, Address.Size), out uint value))
                sum += value;
        }

        return sum;
    }

    private bool FindBatch(byte[] destinations)
    {
        _trie.Find(Next(destinations), _offsets, _values, _found);
        return _found[Count - 1];
    }
}
