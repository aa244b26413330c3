using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Tables;

public sealed class RouteTableTests
{
    private const ulong Start = 1_800_000_000;
    private static readonly byte[] _secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly Address _registry = new([.. Enumerable.Repeat((byte)0xC0, Address.Size)]);

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void A_route_is_in_force_until_the_block_time_reaches_its_expiry(int seconds, bool isInForce)
    {
        TestTable events = new();
        events.Set(Wallet(1), [4, 5], Start + 100);
        RouteTable table = events.BuildAt(Start + 100 + (ulong)seconds);
        Assert.Equal(isInForce, table.TryGetHomes(Wallet(1), out Homes homes));
        Assert.Equal(isInForce ? new Homes(4, 5, 0) : default, homes);
        Assert.Equal(isInForce, table.TryGetLiveRoute(Wallet(1), out _));
        Assert.Equal(isInForce ? 1 : 0, table.LiveRoutes);
        Assert.True(table.Routes.ContainsKey(Wallet(1)));
    }

    [Fact]
    public void A_table_equals_its_slow_twin_after_random_events_and_times_forward_and_back() =>
        Property.HoldsForSeeds(random =>
        {
            TestTable events = new();
            RouteTable table = events.BuildAt(Start);
            for (int round = 0; round < 6; round++)
            {
                for (int i = random.Next(6); i > 0; i--)
                {
                    Address wallet = Wallet(random.Next(6));
                    if (random.Next(4) == 0)
                        events.Clear(wallet);
                    else
                        events.Set(wallet, [(uint)random.Next(1, 9)], Start + (ulong)random.Next(1, 60));
                }

                ulong time = Start + (ulong)random.Next(70);
                RouteTable older = table;
                ulong olderTime = older.TimeSeconds;
                Dictionary<Address, RouteRecord> olderTruth = events.TruthOf(older);
                table = events.BuildAt(time);
                if (!Agrees(table, events.TruthOf(table), time) || !Agrees(older, olderTruth, olderTime))
                    return false;
            }

            return true;
        }, cases: 3_000);

    [Fact]
    public void Events_that_are_not_the_next_are_refused_and_change_nothing()
    {
        TestTable events = new();
        events.Set(Wallet(1), [4], Start + 100);
        events.Set(Wallet(2), [5], Start + 100);
        RouteTable table = events.BuildAt(Start);
        RouteTableBuilder builder = table.ToBuilder();
        LogEntry next = events.Log(Wallet(3), [6], Start + 100, sequence: 3);
        Assert.False(builder.TryApply(events.Log(Wallet(3), [6], Start + 100, sequence: 2)));
        Assert.False(builder.TryApply(events.Log(Wallet(3), [6], Start + 100, sequence: 4)));
        Assert.False(builder.TryApply(next with { Topics = [RouteChanged.Topic] }));
        Assert.False(builder.TryApply(next with { Topics = [NodeChanged.Topic, next.Topics[1]] }));
        Assert.False(builder.TryApply(next with { Data = next.Data[..^1] }));
        Assert.False(builder.TryApply(next with { Data = [.. next.Data, 0] }));
        RouteTable same = builder.Build();
        Assert.Equal(table.RoutePosition, same.RoutePosition);
        Assert.False(same.TryGetHomes(Wallet(3), out _));
        RouteTableBuilder good = table.ToBuilder();
        Assert.True(good.TryApply(next));
        Assert.True(good.Build().TryGetHomes(Wallet(3), out _));
    }

    [Fact]
    public void Many_are_found_at_once_as_one_by_one()
    {
        TestTable events = new();
        for (int i = 0; i < 200; i += 2)
            events.Set(Wallet(i), [1 + ((uint)i % 7), 10, 11], Start + 100);
        RouteTable table = events.BuildAt(Start);
        byte[] cells = new byte[200 * Address.Size];
        int[] offsets = [.. Enumerable.Range(0, 200).Select(i => i * Address.Size)];
        for (int i = 0; i < 200; i++)
            Wallet(i).CopyTo(cells.AsSpan(offsets[i]));
        uint[] homes = new uint[offsets.Length * Homes.CountMax];
        table.FindHomes(cells, offsets, homes);
        for (int i = 0; i < 200; i++)
        {
            table.TryGetHomes(Wallet(i), out Homes one);
            Assert.Equal(one, new Homes(homes[3 * i], homes[(3 * i) + 1], homes[(3 * i) + 2]));
            Assert.Equal(i % 2 == 0, one.First != 0);
        }
    }

    private static bool Agrees(RouteTable table, Dictionary<Address, RouteRecord> truth, ulong time)
    {
        int live = 0;
        for (int i = 0; i < 6; i++)
        {
            Address wallet = Wallet(i);
            bool isKnown = truth.TryGetValue(wallet, out RouteRecord record);
            bool isLive = isKnown && record.IsLive && record.Packed.ExpiresUnixSeconds > time;
            live += isLive ? 1 : 0;
            if (table.Routes.ContainsKey(wallet) != isKnown
                || table.TryGetHomes(wallet, out Homes homes) != isLive)
                return false;
            if (isLive && homes.First != record.Packed.Home0.Value)
                return false;
        }

        return table.LiveRoutes == live && table.Trie.AddressCount == live;
    }

    private static Address Wallet(int n) => NodeAddress.Home(new NodeId((uint)n + 1000), default);

    /// <summary>A history of route events, the table they make, and the truth beside it.</summary>
    private sealed class TestTable
    {
        private readonly Dictionary<Address, RouteRecord> _truth = [];
        private readonly Dictionary<RouteTable, Dictionary<Address, RouteRecord>> _truths = [];
        private readonly List<LogEntry> _pending = [];
        private RouteTable _table = RouteTable.Create(_secret);
        private ulong _sequence;

        public void Set(in Address wallet, uint[] homes, ulong expiry) =>
            _pending.Add(Log(wallet, homes, expiry, ++_sequence));

        public void Clear(in Address wallet)
        {
            uint epoch = _truth.TryGetValue(wallet, out RouteRecord old) ? old.Epoch : 0;
            RouteRecord record = RouteRecord.Cleared(epoch);
            _truth[wallet] = record;
            _pending.Add(Log(wallet, record, ++_sequence));
        }

        public LogEntry Log(in Address wallet, uint[] homes, ulong expiry, ulong sequence)
        {
            uint epoch = _truth.TryGetValue(wallet, out RouteRecord old) ? old.Epoch + 1 : 1;
            Assert.True(PackedRoute.TryCreate(
                new NodeId(homes[0]), new NodeId(homes.ElementAtOrDefault(1)),
                new NodeId(homes.ElementAtOrDefault(2)),
                PackedRoute.SuitePlain, epoch, expiry, 0, out PackedRoute packed, out _));
            RouteRecord record = RouteRecord.Live(Topic(wallet), packed);
            if (sequence == _sequence)
                _truth[wallet] = record;
            return Log(wallet, record, sequence);
        }

        public RouteTable BuildAt(ulong time)
        {
            RouteTableBuilder builder = _table.ToBuilder();
            foreach (LogEntry log in _pending)
                Assert.True(builder.TryApply(log));
            _pending.Clear();
            builder.SetTime(time);
            _table = builder.Build();
            _truths[_table] = new Dictionary<Address, RouteRecord>(_truth);
            return _table;
        }

        public Dictionary<Address, RouteRecord> TruthOf(RouteTable table) => _truths[table];

        private static LogEntry Log(in Address wallet, RouteRecord record, ulong sequence)
        {
            AbiCallWriter writer = new(0, RouteChanged.DataSize / AbiType.WordSize);
            writer.Write((UInt256)sequence);
            writer.Write(record.Prekey);
            writer.Write(record.ToPackedWord());
            writer.Write(default(Bytes32));
            writer.Write(default(Bytes32));
            byte[] data = writer.Finish()[AbiCallWriter.SelectorSize..];
            return new LogEntry(
                _registry, [RouteChanged.Topic, Topic(wallet)], data, 1, default, default, 0, false);
        }

        private static Bytes32 Topic(in Address wallet)
        {
            byte[] topic = new byte[Bytes32.Size];
            wallet.CopyTo(topic.AsSpan(Bytes32.Size - Address.Size));
            return new Bytes32(topic);
        }
    }
}
