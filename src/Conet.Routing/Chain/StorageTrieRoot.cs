using System.Runtime.ExceptionServices;
using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Routing.Chain;

/// <summary>
/// Root of a contract's storage trie from all of its words in any order. Several threads hash the slots and
/// collect the leaves by the first byte of their keys; each part by first nibble is then sorted and built by
/// one of them. When the leaves do not fit into the memory that is allowed, the words are read in several
/// passes, each for some of the nibbles.
/// </summary>
internal sealed class StorageTrieRoot
{
    private const int Width = 16;
    private const int Buckets = 256;
    private const int LeafSize = 2 * Bytes32.Size;

    private readonly IStorageWords _words;
    private readonly StorageTrieOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly int _threads;
    private readonly int _passes;
    private readonly StorageTrieBuilder[] _parts =
        [.. Enumerable.Range(0, Width).Select(_ => new StorageTrieBuilder(startNibbles: 1))];
    private readonly LeafBucket[][] _buckets;
    private readonly LeafSorter[] _sorters;
    private long _blocksRead;
    private int _partsBuilt;
    private volatile bool _isRefused;

    private StorageTrieRoot(IStorageWords words, StorageTrieOptions options, CancellationToken cancellation)
    {
        _words = words;
        _options = options;
        _cancellation = cancellation;
        _threads = options.Threads ?? (words.WordsMax < ChainLimits.TrieWordsOfOneThread
            ? 0
            : Math.Clamp(Environment.ProcessorCount, 1, ChainLimits.TrieThreadsMax));
        long fitting = Math.Max(1, options.LeafBytesMax / LeafSize);
        int wanted = (int)Math.Clamp((words.WordsMax + fitting - 1) / fitting, 1, Width);
        _passes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)wanted);
        _sorters = [.. Enumerable.Range(0, Math.Max(1, _threads)).Select(_ => new LeafSorter())];
        _buckets = [.. _sorters.Select(_ => new LeafBucket[Buckets / _passes])];
    }

    /// <summary>Rebuilds the trie; returns when it is done.</summary>
    /// <param name="words">The words.</param>
    /// <param name="options">What it may take.</param>
    /// <param name="root">The root.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>False if a block cannot be used, or a slot stands in the words twice.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static bool TryCompute(
        IStorageWords words, StorageTrieOptions options, out Bytes32 root,
        CancellationToken cancellation = default)
    {
        StorageTrieRoot work = new(words, options, cancellation);
        root = default;
        for (int pass = 0; pass < work._passes && !work._isRefused; pass++)
            work.RunPass(pass);
        if (work._isRefused)
            return false;
        root = StorageTrieBuilder.Join(work._parts);
        options.Progress(1);
        return true;
    }

    private void RunPass(int pass)
    {
        int nibbles = Width / _passes;
        int first = pass * nibbles;
        int nextBlock = 0;
        int nextNibble = first;
        OnThreads(thread => Collect(
            _buckets[thread], () => Interlocked.Increment(ref nextBlock) - 1, first * Width));
        OnThreads(thread =>
        {
            int TakeNibble() => Interlocked.Increment(ref nextNibble) - 1;
            for (int nibble = TakeNibble(); nibble < first + nibbles && !_isRefused; nibble = TakeNibble())
                BuildPart(nibble, (nibble - first) * Width, _sorters[thread]);
        });
    }

    private void Collect(LeafBucket[] buckets, Func<int> takeBlock, int firstByte)
    {
        StorageWord[] words = new StorageWord[_words.BlockWordsMax];
        LeafKeys keys = new();
        long expected = (_words.WordsMax / (Buckets * _sorters.Length)) + ChainLimits.TrieBucketSpare;
        int capacity = (int)Math.Min(expected, int.MaxValue / LeafSize);
        for (int block = takeBlock(); block < _words.Blocks && !_isRefused; block = takeBlock())
        {
            _cancellation.ThrowIfCancellationRequested();
            int count = _words.Read(block, words);
            if (count < 0)
            {
                _isRefused = true;
                return;
            }

            for (int start = 0; start < count; start += Keccak256Lanes.Count)
            {
                Span<StorageWord> group = words.AsSpan(start, Math.Min(Keccak256Lanes.Count, count - start));
                keys.Hash(group);
                for (int i = 0; i < group.Length; i++)
                {
                    int bucket = keys[i][0] - firstByte;
                    if ((uint)bucket < (uint)buckets.Length)
                        buckets[bucket].Add(new StorageLeaf(new Bytes32(keys[i]), group[i].Word), capacity);
                }
            }

            Interlocked.Increment(ref _blocksRead);
            TellProgress();
        }
    }

    private void BuildPart(int nibble, int firstBucket, LeafSorter sorter)
    {
        StorageTrieBuilder part = _parts[nibble];
        for (int bucket = firstBucket; bucket < firstBucket + Width; bucket++)
        {
            _cancellation.ThrowIfCancellationRequested();
            sorter.Take(_buckets, bucket);
            for (int place = 0; place < sorter.Count; place++)
            {
                if (part.TryAdd(sorter[place]))
                    continue;
                _isRefused = true;
                return;
            }
        }

        part.Finish();
        Interlocked.Increment(ref _partsBuilt);
        TellProgress();
    }

    /// <summary>Building what was collected takes about as long as collecting it.</summary>
    private void TellProgress()
    {
        double read = Interlocked.Read(ref _blocksRead) / Math.Max(1.0, (double)_words.Blocks * _passes);
        _options.Progress(0.5 * (read + (Volatile.Read(ref _partsBuilt) / (double)Width)));
    }

    private void OnThreads(Action<int> work)
    {
        if (_threads == 0)
        {
            work(0);
            return;
        }

        Exception? fault = null;
        Thread[] threads = new Thread[_threads];
        for (int i = 0; i < threads.Length; i++)
        {
            int index = i;
            threads[i] = new Thread(() => Run(index)) { IsBackground = true, Name = $"conet-trie-{index}" };
            threads[i].Start();
        }

        foreach (Thread thread in threads)
            thread.Join();
        if (fault is not null)
            ExceptionDispatchInfo.Throw(fault);

        void Run(int index)
        {
            BackgroundThread.TryEnter();
            try
            {
                work(index);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref fault, e, null);
                _isRefused = true; // so that the other threads end too
            }
        }
    }
}
