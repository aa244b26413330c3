using System.Buffers.Binary;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

public sealed class SnapshotFileTests
{
    private static readonly byte[] _key = [.. Enumerable.Range(1, SnapshotFile.KeySize).Select(i => (byte)i)];
    private static readonly byte[] _secret = [.. Enumerable.Range(7, 32).Select(i => (byte)i)];
    private static readonly MirrorOptions _options = SimulatedChain.Options;
    private static readonly byte[][] _good =
        [.. Enumerable.Range(0, 40).Select(i => SnapshotFile.Encode(Snapshot(i, i % 12), _options, _key))];

    [Fact]
    public void What_is_written_reads_back_the_same_for_random_tables()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            MirrorSnapshot snapshot = Snapshot(seed, blocks: seed % 40);
            byte[] bytes = SnapshotFile.Encode(snapshot, _options, _key);
            Assert.Equal(SnapshotProblem.None, Decode(bytes, out MirrorSnapshot? read));
            AssertSame(snapshot, read!);
            Assert.Equal(bytes, SnapshotFile.Encode(read!, _options, _key));
        }
    }

    [Fact]
    public void Every_shorter_or_longer_length_is_refused()
    {
        byte[] bytes = SnapshotFile.Encode(Snapshot(1, 25), _options, _key);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.NotEqual(SnapshotProblem.None, Decode(bytes[..length], out MirrorSnapshot? read));
            Assert.Null(read);
        }

        foreach (int more in (int[])[1, SnapshotLayout.NodeSize, SortedRoutes.RowSize])
            Assert.Equal(SnapshotProblem.Corrupt, Decode([.. bytes, .. new byte[more]], out _));
    }

    [Fact]
    public void Every_byte_altered_is_refused_or_makes_its_routes_unreadable_and_none_wrong()
    {
        MirrorSnapshot good = Snapshot(2, 40);
        byte[] bytes = SnapshotFile.Encode(good, _options, _key);
        Assert.True(SnapshotPlan.TryRead(bytes, out SnapshotPlan plan));
        for (int at = 0; at < bytes.Length; at++)
        {
            foreach (byte change in (byte[])[1, 0x80, 0xFF])
            {
                bytes[at] ^= change;
                bool isDetail = at >= plan.Details.Offset && at < plan.Details.End;
                Assert.Equal(isDetail, Decode(bytes, out MirrorSnapshot? read) == SnapshotProblem.None);
                Assert.Equal(isDetail, read is not null);
                if (isDetail)
                    AssertDamaged(good.Table, read!, piece => piece == PieceAt(plan, at));
                bytes[at] ^= change;
            }
        }

        Assert.Equal(SnapshotProblem.None, Decode(bytes, out _));
    }

    [Fact]
    public void A_file_that_is_cut_or_altered_under_a_table_leaves_homes_right_and_rows_unreadable()
    {
        using SnapshotFolder folder = new();
        MirrorSnapshot good = Snapshot(9, 60);
        foreach (bool isCut in (bool[])[true, false])
        {
            MirrorSnapshot read = folder.WriteAndRead(good, _options);
            Assert.True(SnapshotPlan.TryRead(File.ReadAllBytes(folder.File), out SnapshotPlan plan));
            using (FileStream file = new(folder.File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                if (isCut)
                    file.SetLength(plan.Details.Offset);
                file.Position = plan.Details.Offset;
                if (!isCut)
                    file.WriteByte(0xFF);
            }

            AssertDamaged(good.Table, read, piece => isCut || piece == 0);
            Assert.Throws<IOException>(() => SnapshotFile.Write(folder.File, read, _options, folder.Key));
        }
    }

    [Fact]
    public void Damage_in_one_place_of_a_large_table_makes_the_routes_there_unreadable_and_no_others()
    {
        MirrorSnapshot good = SnapshotScene.Create().At(1);
        byte[] bytes = SnapshotFile.Encode(good, _options, _key);
        Assert.True(SnapshotPlan.TryRead(bytes, out SnapshotPlan plan));
        Random random = new(1);
        for (int i = 0; i < 2; i++)
        {
            long at = random.NextInt64(plan.Details.Offset, plan.Details.End);
            bytes[at] ^= 4;
            Assert.Equal(SnapshotProblem.None, Decode(bytes, out MirrorSnapshot? read));
            AssertDamaged(good.Table, read!, piece => piece == PieceAt(plan, at));
            bytes[at] ^= 4;
        }
    }

    [Fact]
    public void A_table_goes_on_reading_the_file_it_came_from_when_another_takes_its_place()
    {
        using SnapshotFolder folder = new();
        MirrorSnapshot first = Snapshot(10, 60);
        MirrorSnapshot read = folder.WriteAndRead(first, _options);
        for (int i = 0; i < 3; i++)
        {
            MirrorSnapshot next = folder.WriteAndRead(Snapshot(11 + i, 30), _options);
            AssertSame(first, read);
            SnapshotFile.Write(folder.File, next, _options, folder.Key);
        }

        File.Delete(folder.File);
        AssertSame(first, read);
        Assert.False(read.Table.Routes.IsDamaged);
    }

    [Fact]
    public void Any_bytes_give_a_reason_and_never_an_exception_even_under_the_right_key() =>
        Property.HoldsForSeeds(random =>
        {
            byte[] bytes = random.Next(4) == 0 ? Property.Bytes(random, 900) : Sealed(random);
            SnapshotProblem problem = Decode(bytes, out MirrorSnapshot? read);
            return (read is null) == (problem != SnapshotProblem.None)
                && (read is null || IsWhatWouldBeWritten(read, bytes));
        });

    [Fact]
    public void Files_of_another_key_chain_registry_or_version_are_told_apart()
    {
        MirrorSnapshot snapshot = Snapshot(3, 20);
        byte[] bytes = SnapshotFile.Encode(snapshot, _options, _key);
        byte[] otherKey = [.. _key];
        otherKey[0] ^= 1;
        Assert.Equal(
            SnapshotProblem.Foreign, SnapshotFile.TryDecode(bytes, _options, otherKey, _secret, out _));
        foreach (MirrorOptions other in (MirrorOptions[])
            [
                _options with { ChainId = 1 },
                _options with { NodeRegistry = SimulatedChain.Contract(9) },
                _options with { RouteRegistry = SimulatedChain.Contract(9) },
            ])
        {
            Assert.Equal(
                SnapshotProblem.OtherChain, SnapshotFile.TryDecode(bytes, other, _key, _secret, out _));
        }

        BinaryPrimitives.WriteUInt32BigEndian(
            bytes.AsSpan(SnapshotLayout.VersionOffset), SnapshotLayout.Version + 1);
        Assert.Equal(SnapshotProblem.OtherVersion, Decode(bytes, out _));
        Assert.Equal(SnapshotProblem.NotASnapshot, Decode(new byte[4_000], out _));
        Assert.Throws<ArgumentException>(() => SnapshotFile.Encode(snapshot, _options, new byte[31]));
    }

    [Fact]
    public void Files_that_are_missing_or_cannot_be_read_are_told_apart()
    {
        using SnapshotFolder folder = new();
        Assert.Equal(SnapshotProblem.Missing, Read(folder, folder.File));
        Assert.Equal(
            SnapshotProblem.Missing, Read(folder, Path.Combine(folder.Folder, "no", "such", "folder")));
        Assert.NotEqual(SnapshotProblem.None, Read(folder, folder.Folder));
        File.WriteAllBytes(folder.File, []);
        Assert.Equal(SnapshotProblem.NotASnapshot, Read(folder, folder.File));
    }

    [Fact]
    public void A_write_that_never_ended_leaves_the_old_file_and_the_next_write_replaces_it()
    {
        using SnapshotFolder folder = new();
        MirrorSnapshot old = folder.WriteAndRead(Snapshot(4, 20), _options);

        // What a crash leaves behind: half of the new file beside the old one.
        string beside = $"{folder.File}.tmp";
        byte[] half = SnapshotFile.Encode(Snapshot(5, 30), _options, folder.Key)[..200];
        File.WriteAllBytes(beside, half);
        Assert.Equal(SnapshotProblem.None, SnapshotFile.TryRead(
            folder.File, _options, folder.Key, _secret, out MirrorSnapshot? read));
        AssertSame(old, read!);

        SnapshotFile.RemoveLeftovers(folder.File);
        Assert.Equal([folder.File], Directory.GetFiles(folder.Folder));
        File.WriteAllBytes(beside, half);
        MirrorSnapshot next = Snapshot(6, 30);
        AssertSame(next, folder.WriteAndRead(next, _options));
        Assert.Equal([folder.File], Directory.GetFiles(folder.Folder));
    }

    [Fact]
    public void A_write_that_fails_throws_and_leaves_the_old_file_whole()
    {
        using SnapshotFolder folder = new();
        MirrorSnapshot old = folder.WriteAndRead(Snapshot(7, 20), _options);
        string beside = $"{folder.File}.tmp";
        using (FileStream held = new(beside, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.ThrowsAny<IOException>(
                () => SnapshotFile.Write(folder.File, Snapshot(8, 20), _options, folder.Key));
        }

        Assert.Equal(SnapshotProblem.None, SnapshotFile.TryRead(
            folder.File, _options, folder.Key, _secret, out MirrorSnapshot? read));
        AssertSame(old, read!);
        Assert.ThrowsAny<IOException>(() => SnapshotFile.Write(
            Path.Combine(folder.Folder, "gone", "file"), old, _options, folder.Key));
    }

    [SkippableFact]
    public void A_full_disk_leaves_the_old_file_whole_and_nothing_beside_it()
    {
        using SnapshotFolder folder = new();
        Skip.IfNot(SmallDisk.TryMount(folder.Folder, "256k", out string reason), reason);
        try
        {
            MirrorSnapshot old = folder.WriteAndRead(Snapshot(8, 20), _options);
            MirrorSnapshot large = SnapshotScene.Create().At(0);
            for (int i = 0; i < 2; i++)
            {
                Assert.ThrowsAny<IOException>(
                    () => SnapshotFile.Write(folder.File, large, _options, folder.Key));
                Assert.Equal([folder.File], Directory.GetFiles(folder.Folder));
                AssertSame(old, folder.Read(_options));
            }

            AssertSame(Snapshot(9, 20), folder.WriteAndRead(Snapshot(9, 20), _options));
        }
        finally
        {
            SmallDisk.Unmount(folder.Folder);
        }
    }

    private static SnapshotProblem Decode(ReadOnlySpan<byte> bytes, out MirrorSnapshot? snapshot) =>
        SnapshotFile.TryDecode(bytes, _options, _key, _secret, out snapshot);

    private static SnapshotProblem Read(SnapshotFolder folder, string path) =>
        SnapshotFile.TryRead(path, _options, folder.Key, _secret, out _);

    private static MirrorSnapshot Snapshot(int seed, int blocks)
    {
        SimulatedChain chain = new(seed);
        chain.Grow(blocks);
        RouteTableBuilder builder = RouteTable.Create(_secret).ToBuilder();
        foreach (SimulatedChain.Block block in chain.Blocks)
        {
            Assert.All(block.Logs, log => Assert.True(builder.TryApply(log)));
            builder.SetTime(block.Header.TimestampSeconds);
        }

        return new MirrorSnapshot(chain.Head.Header.Number, chain.Head.Header.Hash, builder.Build());
    }

    /// <summary>
    /// A good file, spoilt inside and sealed again: what only a fault of our own could write.
    /// </summary>
    private static byte[] Sealed(Random random)
    {
        byte[] bytes = [.. _good[random.Next(_good.Length)]];
        SnapshotPlan.TryRead(bytes, out SnapshotPlan plan);
        for (int i = random.Next(4); i > 0; i--)
        {
            bytes[random.Next(SnapshotLayout.NodePositionOffset, (int)plan.DigestsOffset)] ^=
                (byte)(1 << random.Next(8));
        }

        SnapshotSeal.Renew(bytes, _key);
        return bytes;
    }

    private static bool IsWhatWouldBeWritten(MirrorSnapshot read, byte[] bytes)
    {
        bool isReadable = read.Table.Routes.Keys.All(
            wallet => read.Table.Routes.TryGetValue(wallet, out _));
        if (isReadable)
            return SnapshotFile.Encode(read, _options, _key).AsSpan().SequenceEqual(bytes);
        Assert.True(read.Table.Routes.IsDamaged);
        return true;
    }

    private static int PieceAt(SnapshotPlan plan, long offset) => (int)(
        (offset - plan.Details.Offset) / (RouteDetailLayout.Size * IRouteDetailStore.PieceRecords));

    private static void AssertDamaged(RouteTable good, MirrorSnapshot read, Func<int, bool> isDamaged)
    {
        RouteRows routes = read.Table.Routes;
        Assert.False(routes.IsDamaged);
        int row = 0;
        foreach ((Address wallet, RouteRow expected) in good.Routes.From(default))
        {
            bool isReadable = routes.TryGetValue(wallet, out RouteRow? found);
            Assert.Equal(!isDamaged(row++ / IRouteDetailStore.PieceRecords), isReadable);
            Assert.Equal(isReadable ? expected : null, found);
            bool isServed = good.TryGetHomes(wallet, out Homes homes);
            Assert.Equal(isServed, read.Table.TryGetHomes(wallet, out Homes served));
            Assert.Equal(homes, served);
        }

        Assert.True(routes.IsDamaged);
        Assert.Throws<InvalidDataException>(() => routes.Values.Count());
        Assert.Throws<IOException>(() => SnapshotFile.Encode(read, _options, _key));
    }

    private static void AssertSame(MirrorSnapshot expected, MirrorSnapshot actual)
    {
        Assert.Equal((expected.BlockNumber, expected.BlockHash), (actual.BlockNumber, actual.BlockHash));
        (RouteTable left, RouteTable right) = (expected.Table, actual.Table);
        Assert.Equal(left.TimeSeconds, right.TimeSeconds);
        Assert.Equal((left.NodePosition, left.RoutePosition), (right.NodePosition, right.RoutePosition));
        Assert.Equal(left.Nodes, right.Nodes);
        Assert.Equal(left.Routes.From(default), right.Routes.From(default));
        Assert.Equal(left.LiveRoutes, right.LiveRoutes);
        foreach (Address wallet in left.Routes.Keys)
        {
            Assert.Equal(
                left.TryGetHomes(wallet, out Homes before), right.TryGetHomes(wallet, out Homes after));
            Assert.Equal(before, after);
        }
    }
}
