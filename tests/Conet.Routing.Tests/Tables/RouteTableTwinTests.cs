using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Routing.Tests.Mirror;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Tables;

/// <summary>
/// Route tables against <see cref="PlainTable"/>: changed, merged, saved and loaded at random, on several
/// branches, while every version made stays as it was.
/// </summary>
public sealed class RouteTableTwinTests
{
    private const ulong Start = 1_800_000_000;
    private const int VersionsMax = 6;
    private static readonly byte[] _secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly byte[] _key = [.. Enumerable.Range(9, 32).Select(i => (byte)i)];

    [Fact]
    public void Every_version_equals_its_twin_after_random_changes_merges_reorganisations_and_restarts() =>
        Property.HoldsForSeeds(random =>
        {
            Address[] wallets = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => Wallet(random))];
            RouteTable empty = RouteTable.Create(_secret, changesKept: random.Next(0, 12));
            List<(RouteTable Table, PlainTable Twin)> versions = [(empty, new PlainTable())];
            for (int round = 0; round < 12; round++)
            {
                // Mostly on from the last one; sometimes from an older one, as after a reorganisation.
                (RouteTable table, PlainTable twin) =
                    versions[random.Next(4) == 0 ? random.Next(versions.Count) : ^1];
                versions.Add(Continue(random, table, twin.Copy(), wallets));
                if (random.Next(4) == 0)
                    versions.Add((Restart(versions[^1].Table), versions[^1].Twin));
                if (versions.Count > VersionsMax)
                    versions.RemoveAt(random.Next(versions.Count - 1));
                foreach ((RouteTable made, PlainTable meant) in versions)
                    Assert.Null(meant.Difference(made, wallets));
            }

            return true;
        }, cases: Property.IsFull ? 20_000 : 300);

    [Fact]
    public void Routes_that_change_again_and_again_do_not_take_more_and_more_memory()
    {
        const int Wallets = 3_000;
        Random random = new(1);
        Address[] wallets = [.. Enumerable.Range(0, Wallets).Select(_ => Wallet(random))];
        RouteTable table = RouteTable.Create(_secret, changesKept: Wallets - 1);
        PlainTable twin = new() { TimeSeconds = Start };
        RouteTable? early = null;
        for (uint round = 1; round <= 50; round++)
        {
            RouteTableBuilder builder = table.ToBuilder();
            builder.SetTime(Start);
            foreach (Address wallet in wallets)
            {
                RouteRow row = Row(random, round);
                builder.Restore(wallet, row);
                twin.Rows[wallet] = row;
            }

            table = builder.Build();
            early ??= table;
            Assert.Empty(table.Routes.Changes);
        }

        Assert.InRange(table.Routes.Sorted.Details.AddedCount, Wallets, 1 << 17);
        Assert.Null(twin.Difference(table, wallets));
        Assert.All(early!.Routes.Values, row => Assert.Equal(1u, row.BlockNumber));
    }

    [Fact]
    public void Sets_of_homes_are_kept_once_and_their_indexes_stay_valid_on_every_branch()
    {
        HomeSets sets = new();
        Dictionary<Homes, uint> twin = [];
        Random random = new(2);
        for (int i = 0; i < 20_000; i++)
        {
            Homes homes = new((uint)random.Next(1, 60), (uint)random.Next(60), 0);
            uint index = sets.IndexOf(homes);
            Assert.Equal(twin.TryAdd(homes, index) ? index : twin[homes], index);
        }

        Assert.Equal(twin.Count, sets.Count);
        Assert.All(twin, entry => Assert.Equal(entry.Key, sets[entry.Value]));
        Assert.Equal(twin[sets[7]], sets.Add(sets[7]));
    }

    [Fact]
    public void A_loaded_table_reads_its_routes_in_force_in_any_parts()
    {
        Random random = new(3);
        SortedDictionary<Address, RouteRow> rows = [];
        for (int i = 0; i < 10_000; i++)
            rows[Wallet(random)] = Row(random, (uint)i + 1);
        RouteTableBuilder builder = RouteTable.Create(_secret, changesKept: 0).ToBuilder();
        foreach ((Address wallet, RouteRow row) in rows)
            builder.Restore(wallet, row);
        RouteTable table = Restart(builder.Build());
        foreach (ulong time in (ulong[])[0, Start + 20, Start + 90])
        {
            RoutesInForce inForce = new(table.Routes.Sorted, time);
            Address[] expected = [.. rows
                .Where(row => row.Value.Route.IsLive && row.Value.Route.Packed.ExpiresUnixSeconds > time)
                .Select(row => row.Key)];
            Assert.Equal(expected.Length, inForce.Total);
            for (int first = 0; first < expected.Length;)
            {
                int part = Math.Min(random.Next(1, 3_000), expected.Length - first);
                byte[] addresses = new byte[part * Address.Size];
                uint[] values = new uint[part];
                inForce.Read(first, addresses, values);
                for (int i = 0; i < part; i++)
                {
                    Address wallet = new(addresses.AsSpan(i * Address.Size, Address.Size));
                    Assert.Equal(expected[first + i], wallet);
                    Assert.Equal(rows[wallet].Homes, table.HomeSets[values[i]]);
                }

                first += part;
            }
        }
    }

    [Fact]
    public void Routes_collected_in_any_order_make_the_table_that_they_make_one_by_one() =>
        Property.HoldsForSeeds(random =>
        {
            Address[] wallets =
                [.. Enumerable.Range(0, random.Next(60)).Select(_ => Wallet(random)).Distinct()];
            RouteCollector collector = new();
            PlainTable twin = new() { TimeSeconds = Start + (ulong)random.Next(100) };
            foreach (Address wallet in wallets)
            {
                twin.Rows[wallet] = Row(random, 1);
                collector.Add(wallet, twin.Rows[wallet]);
            }

            Assert.True(collector.TryBuild(_secret, twin.TimeSeconds, out RouteTable? table));
            Assert.Null(twin.Difference(table, [.. wallets, default]));
            Assert.Null(twin.Difference(Restart(table), [.. wallets, default]));
            (RouteTable next, PlainTable nextTwin) =
                Continue(random, table, twin.Copy(), [.. wallets, default]);
            Assert.Null(nextTwin.Difference(next, [.. wallets, default]));
            collector.Add(wallets.FirstOrDefault(), Row(random, 2));
            return collector.TryBuild(_secret, Start, out _) == (wallets.Length == 0);
        }, cases: Property.IsFull ? 10_000 : 300);

    [Fact]
    public void A_table_of_several_pages_equals_its_twin_after_merging_saving_and_loading()
    {
        const int Routes = 5 * SortedRoutes.PageRows;
        Random random = new(4);
        PlainTable twin = new() { TimeSeconds = Start };
        RouteCollector collector = new();
        for (int i = 0; i < Routes; i++)
        {
            Address wallet = WholeWallet(random);
            twin.Rows[wallet] = Row(random, 1, clearedOf: 20);
            collector.Add(wallet, twin.Rows[wallet]);
        }

        Assert.True(collector.TryBuild(_secret, Start, out RouteTable? table));
        Address[] known = [.. twin.Rows.Keys];
        for (uint round = 2; round < (Property.IsFull ? 8 : 4); round++)
        {
            RouteTableBuilder builder = table.ToBuilder();
            for (int i = 0; i < 15_000; i++)
            {
                Address wallet = random.Next(3) == 0 ? WholeWallet(random) : known[random.Next(known.Length)];
                twin.Rows[wallet] = Row(random, round, clearedOf: 20);
                builder.Restore(wallet, twin.Rows[wallet]);
            }

            twin.TimeSeconds = Start + (ulong)random.Next(100);
            builder.SetTime(twin.TimeSeconds);
            table = builder.Build();
            AssertIs(twin, table);
            table = Restart(table);
            AssertIs(twin, table);
        }

        Assert.InRange(table.Routes.Sorted.LiveCount, SortedRoutes.OrderPlaces + 1, int.MaxValue);
    }

    /// <summary>All wallets and homes, the order of expiry, and some of the rows.</summary>
    private static void AssertIs(PlainTable twin, RouteTable table)
    {
        RouteRows routes = table.Routes;
        KeyValuePair<Address, RouteRow>[] inForce = [.. twin.Rows.Where(row => twin.IsInForce(row.Key))];
        Assert.True(routes.Keys.SequenceEqual(twin.Rows.Keys), "wallets");
        Assert.True(
            routes.HomesAt(twin.TimeSeconds).SequenceEqual(
                inForce.Select(row => KeyValuePair.Create(row.Key, row.Value.Homes))),
            "homes");
        Assert.Equal(inForce.Length, table.LiveRoutes);
        ulong[] expiries = [.. Enumerable.Range(0, routes.Sorted.LiveCount)
            .Select(place => routes.Sorted.ExpiryAt(routes.Sorted.RowAtPlace(place)))];
        Assert.True(expiries.Order().SequenceEqual(expiries), "order of expiry");
        foreach ((Address wallet, RouteRow row) in twin.Rows.Where((_, i) => i % 97 == 0))
            Assert.Equal(row, routes[wallet]);
    }

    private static (RouteTable Table, PlainTable Twin) Continue(
        Random random, RouteTable table, PlainTable twin, Address[] wallets)
    {
        RouteTableBuilder builder = table.ToBuilder();
        for (int step = random.Next(12); step >= 0; step--)
        {
            if (random.Next(5) == 0)
            {
                twin.TimeSeconds = Start + (ulong)random.Next(100);
                builder.SetTime(twin.TimeSeconds);
                continue;
            }

            Address wallet = wallets[random.Next(wallets.Length)];
            uint epoch = twin.Rows.TryGetValue(wallet, out RouteRow? old) ? old.Route.Epoch + 1 : 1;
            RouteRow row = Row(random, epoch);
            builder.Restore(wallet, row);
            twin.Rows[wallet] = row;
        }

        return (builder.Build(), twin);
    }

    private static RouteTable Restart(RouteTable table)
    {
        MirrorSnapshot snapshot = new(1, default, table);
        byte[] bytes = SnapshotFile.Encode(snapshot, SimulatedChain.Options, _key);
        Assert.Equal(SnapshotProblem.None, SnapshotFile.TryDecode(
            bytes, SimulatedChain.Options, _key, _secret, out MirrorSnapshot? read));
        return read!.Table;
    }

    private static RouteRow Row(Random random, uint epoch, int clearedOf = 4)
    {
        Bytes32 prekey = new([.. Enumerable.Repeat((byte)random.Next(1, 256), Bytes32.Size)]);
        RouteRecord route = RouteRecord.Cleared(epoch);
        if (random.Next(clearedOf) > 0)
        {
            uint first = (uint)random.Next(1, 5);
            uint second = (uint)random.Next(5, 9) * (uint)random.Next(2);
            Assert.True(PackedRoute.TryCreate(
                new NodeId(first), new NodeId(second), new NodeId(second == 0 ? 0u : 9u),
                PackedRoute.SuitePlain, epoch, Start + (ulong)random.Next(1, 90), (ushort)random.Next(3),
                out PackedRoute packed, out _));
            route = RouteRecord.Live(prekey, packed);
        }

        return new RouteRow(route, new CompactSignature(prekey, default), (ulong)random.Next(), epoch);
    }

    private static Address WholeWallet(Random random)
    {
        byte[] bytes = new byte[Address.Size];
        random.NextBytes(bytes);
        return new Address(bytes);
    }

    /// <summary>Wallets that lie near each other and far apart.</summary>
    private static Address Wallet(Random random)
    {
        byte[] bytes = new byte[Address.Size];
        random.NextBytes(bytes.AsSpan(random.Next(2) * 17));
        return new Address(bytes);
    }
}
