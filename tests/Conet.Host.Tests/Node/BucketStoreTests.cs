using Conet.Host.Node;
using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;

namespace Conet.Host.Tests.Node;

/// <summary>What a node keeps and makes of buckets; each is made when the test says so.</summary>
public sealed class BucketStoreTests : IAsyncDisposable
{
    private const ulong Many = 1_000_000;
    private readonly HandClock _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _notes = [];
    private readonly SemaphoreSlim _permits = new(0);
    private readonly BucketStore _store;
    private readonly Task _running;
    private BucketTable? _table = new BucketTable(100, Many);
    private Func<AddressPrefix, MadeBucket> _make;
    private int _made;

    public BucketStoreTests()
    {
        _make = asked => Made(asked, 100);
        _store = new BucketStore(() => _table, MakeAsync, _notes.Add, _clock);
        _running = _store.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _permits.Dispose();
    }

    [Fact]
    public async Task A_bucket_is_made_once_and_then_served()
    {
        Assert.Equal(BucketState.BeingMade, Ask(1).State);
        Assert.Equal(BucketState.BeingMade, Ask(1).State);
        await MakeOneAsync();
        BucketStanding standing = Ask(1);
        Assert.Equal((BucketState.Ready, Many, 500, 1_000), (
            standing.State, standing.TableRecords, standing.Records, standing.ContentBytes));
        Assert.True(_store.TryGetContent(
            standing.ContentHash.Span[..16], out ReadOnlyMemory<byte> content));
        Assert.Equal(Keccak256.Hash(content.Span), standing.ContentHash.ToArray());
        Assert.False(_store.TryGetContent(new byte[16], out _));
        Assert.Equal((1, 1), (_made, (int)_store.Counts.Made));
    }

    [Fact]
    public async Task A_bucket_serves_on_while_it_is_made_again_for_a_table_that_is_32_blocks_further()
    {
        Ask(1);
        await MakeOneAsync();
        _table = new BucketTable(100 + HostLimits.BucketRefreshBlocks, Many);
        Assert.Equal(100ul, Ask(1).BlockNumber);
        Assert.Equal(0, _store.Counts.Waiting);
        ulong further = 101 + HostLimits.BucketRefreshBlocks;
        _table = new BucketTable(further, Many);
        _make = asked => Made(asked, further);
        Assert.Equal((BucketState.Ready, 100ul), (Ask(1).State, Ask(1).BlockNumber));
        await MakeOneAsync();
        Assert.Equal((BucketState.Ready, further), (Ask(1).State, Ask(1).BlockNumber));
        Assert.Equal(2, _made);

        // A provider that gives no proofs any more does not take away what is there, until its time is over.
        _table = new BucketTable(further + 100, Many);
        _make = asked => new MadeBucket(BucketState.NotAvailable, asked, 0, 0, default, "no proofs");
        Assert.Equal(BucketState.Ready, Ask(1).State);
        await MakeOneAsync();
        Assert.Equal((BucketState.Ready, further), (Ask(1).State, Ask(1).BlockNumber));
        Assert.Contains("no proofs", Assert.Single(_notes));
        _clock.Pass(HostLimits.BucketServedSecondsMax + 1);
        Assert.Equal(BucketState.BeingMade, Ask(1).State);
    }

    [Fact]
    public async Task What_could_not_be_made_is_said_for_20_seconds_and_tried_again()
    {
        _make = asked => new MadeBucket(BucketState.NotAvailable, asked, 0, 100, default, "no proofs");
        Ask(1);
        await MakeOneAsync();
        Assert.Equal(BucketState.NotAvailable, Ask(1).State);
        _clock.Pass(HostLimits.BucketFailureSeconds + 1);
        _make = asked => Made(asked, 100);
        Assert.Equal(BucketState.BeingMade, Ask(1).State);
        await MakeOneAsync();
        Assert.Equal(BucketState.Ready, Ask(1).State);
        Assert.Equal((1, 1), ((int)_store.Counts.Made, (int)_store.Counts.Failed));
    }

    [Fact]
    public async Task So_many_wait_and_of_one_source_prefix_its_share()
    {
        // The first is being made, and does not wait any more.
        Ask(500, source: 3);
        await UntilAsync(() => _store.Counts.Waiting == 0, "nothing is being made");
        for (uint i = 0; i < HostLimits.BucketsWaitingPerPrefix; i++)
            Assert.Equal(BucketState.BeingMade, Ask(i, source: 7).State);
        Assert.Equal(BucketState.Busy, Ask(100, source: 7).State);
        Assert.Equal(BucketState.BeingMade, Ask(0, source: 7).State);
        for (uint i = 200; _store.Counts.Waiting < HostLimits.BucketsWaitingMax; i++)
            Assert.Equal(BucketState.BeingMade, Ask(i, source: i).State);
        Assert.Equal(BucketState.Busy, Ask(999, source: 9_999).State);
    }

    [Fact]
    public void Whatever_is_asked_for_there_are_few_buckets_to_make_of_a_small_table()
    {
        _table = new BucketTable(100, 700);
        for (uint i = 0; i < 64; i++)
            Ask(i << 26, bits: 32, source: i);
        Assert.InRange(_store.Counts.Waiting, 0, 2); // one of them is perhaps being made already
    }

    [Fact]
    public async Task What_was_used_longest_ago_leaves_when_there_is_no_room()
    {
        int size = (int)(HostLimits.BucketBytesKeptMax / 4);
        _make = asked => Made(asked, 100) with { Content = Filled(asked, size) };
        for (uint i = 0; i < 4; i++)
        {
            Ask(i << 24, source: i);
            await MakeOneAsync();
        }

        Assert.Equal(BucketState.Ready, Ask(0).State);
        Ask(9u << 24);
        await MakeOneAsync();
        Assert.Equal(4, _store.Counts.Kept);
        Assert.True(_store.Counts.KeptBytes <= HostLimits.BucketBytesKeptMax);
        Assert.Equal(BucketState.Ready, Ask(0).State);
        Assert.Equal(BucketState.BeingMade, Ask(1u << 24).State);
    }

    [Fact]
    public void Without_a_table_there_are_no_buckets()
    {
        _table = null;
        Assert.Equal(BucketState.NotAvailable, Ask(1).State);
        Assert.Equal(0, _store.Counts.Waiting);
    }

    private static MadeBucket Made(AddressPrefix asked, ulong block) =>
        new(BucketState.Ready, asked, 500, block, Filled(asked, 1_000), string.Empty);

    private static byte[] Filled(AddressPrefix asked, int size)
    {
        byte[] content = new byte[size];
        asked.Write(content);
        return content;
    }

    /// <summary>Asks for the prefix of some bits that begins with a number.</summary>
    private BucketStanding Ask(uint value, int bits = 11, ulong source = 1)
    {
        byte[] address = new byte[Address.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
            address, value < 2_048 ? value << 21 : value);
        return _store.Ask(AddressPrefix.Of(new Address(address), bits), source);
    }

    private async Task<MadeBucket> MakeAsync(AddressPrefix asked, CancellationToken cancellation)
    {
        await _permits.WaitAsync(cancellation);
        return _make(asked);
    }

    /// <summary>Lets one bucket be made, and waits until it is kept.</summary>
    private async Task MakeOneAsync()
    {
        long before = _store.Counts.Made + _store.Counts.Failed;
        _permits.Release();
        await UntilAsync(() => _store.Counts.Made + _store.Counts.Failed > before, "nothing was made");
        _made++;
        _clock.EndPause();
    }

    private static async Task UntilAsync(Func<bool> isSo, string otherwise)
    {
        long until = Environment.TickCount64 + 10_000;
        while (!isSo())
        {
            Assert.True(Environment.TickCount64 < until, otherwise);
            await Task.Delay(2);
        }
    }

    /// <summary>A clock that is turned by hand; pauses end when the test says so.</summary>
    private sealed class HandClock : TimeProvider
    {
        private readonly List<HandTimer> _timers = [];
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Volatile.Read(ref _seconds);

        public void Pass(long seconds) => Interlocked.Add(ref _seconds, seconds);

        public void EndPause()
        {
            long until = Environment.TickCount64 + 10_000;
            while (true)
            {
                HandTimer? timer;
                lock (_timers)
                    timer = _timers.Find(known => known.IsSet);
                if (timer is not null)
                {
                    timer.Fire();
                    return;
                }

                Assert.True(Environment.TickCount64 < until, "no pause after a bucket");
                Thread.Sleep(1);
            }
        }

        public override ITimer CreateTimer(
            TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            HandTimer timer = new(callback, state);
            lock (_timers)
                _timers.Add(timer);
            timer.Change(dueTime, period);
            return timer;
        }

        private sealed class HandTimer(TimerCallback callback, object? state) : ITimer
        {
            private volatile bool _isSet;

            public bool IsSet => _isSet;

            public void Fire()
            {
                _isSet = false;
                callback(state);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                _isSet = dueTime >= TimeSpan.Zero;
                return true;
            }

            public void Dispose() => _isSet = false;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
