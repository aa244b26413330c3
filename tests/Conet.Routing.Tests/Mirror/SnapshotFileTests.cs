using System.Buffers.Binary;
using System.Security.Cryptography;
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

        foreach (int more in (int[])[1, SnapshotLayout.NodeSize, SnapshotLayout.RouteSize])
            Assert.Equal(SnapshotProblem.Corrupt, Decode([.. bytes, .. new byte[more]], out _));
    }

    [Fact]
    public void Every_byte_altered_is_refused()
    {
        byte[] bytes = SnapshotFile.Encode(Snapshot(2, 25), _options, _key);
        for (int at = 0; at < bytes.Length; at++)
        {
            foreach (byte change in (byte[])[1, 0x80, 0xFF])
            {
                bytes[at] ^= change;
                Assert.NotEqual(SnapshotProblem.None, Decode(bytes, out MirrorSnapshot? read));
                Assert.Null(read);
                bytes[at] ^= change;
            }
        }

        Assert.Equal(SnapshotProblem.None, Decode(bytes, out _));
    }

    [Fact]
    public void Any_bytes_give_a_reason_and_never_an_exception_even_under_the_right_key() =>
        Property.HoldsForSeeds(random =>
        {
            byte[] bytes = random.Next(4) == 0 ? Property.Bytes(random, 900) : Sealed(random);
            SnapshotProblem problem = Decode(bytes, out MirrorSnapshot? read);
            return (read is null) == (problem != SnapshotProblem.None)
                && (read is null || SnapshotFile.Encode(read, _options, _key).AsSpan().SequenceEqual(bytes));
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
        string beside = $"{folder.File}.{Environment.ProcessId}.tmp";
        byte[] half = SnapshotFile.Encode(Snapshot(5, 30), _options, folder.Key)[..200];
        File.WriteAllBytes(beside, half);
        Assert.Equal(SnapshotProblem.None, SnapshotFile.TryRead(
            folder.File, _options, folder.Key, _secret, out MirrorSnapshot? read));
        AssertSame(old, read!);

        MirrorSnapshot next = Snapshot(6, 30);
        AssertSame(next, folder.WriteAndRead(next, _options));
        Assert.Equal([folder.File], Directory.GetFiles(folder.Folder));
    }

    [Fact]
    public void A_write_that_fails_throws_and_leaves_the_old_file_whole()
    {
        using SnapshotFolder folder = new();
        MirrorSnapshot old = folder.WriteAndRead(Snapshot(7, 20), _options);
        string beside = $"{folder.File}.{Environment.ProcessId}.tmp";
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

    // A good file, spoilt inside and sealed again: what only a fault of our own could write.
    private static byte[] Sealed(Random random)
    {
        byte[] bytes = [.. _good[random.Next(_good.Length)]];
        int bodySize = bytes.Length - SnapshotLayout.TagSize;
        for (int i = random.Next(4); i > 0; i--)
            bytes[random.Next(SnapshotLayout.NodePositionOffset, bodySize)] ^= (byte)(1 << random.Next(8));
        HMACSHA256.HashData(_key, bytes.AsSpan(0, bodySize), bytes.AsSpan(bodySize));
        return bytes;
    }

    private static void AssertSame(MirrorSnapshot expected, MirrorSnapshot actual)
    {
        Assert.Equal((expected.BlockNumber, expected.BlockHash), (actual.BlockNumber, actual.BlockHash));
        (RouteTable left, RouteTable right) = (expected.Table, actual.Table);
        Assert.Equal(left.TimeSeconds, right.TimeSeconds);
        Assert.Equal((left.NodePosition, left.RoutePosition), (right.NodePosition, right.RoutePosition));
        Assert.Equal(left.Nodes, right.Nodes);
        Assert.Equal(left.Routes.OrderBy(entry => entry.Key), right.Routes.OrderBy(entry => entry.Key));
        Assert.Equal(left.LiveRoutes, right.LiveRoutes);
        foreach (Address wallet in left.Routes.Keys)
        {
            Assert.Equal(
                left.TryGetHomes(wallet, out Homes before), right.TryGetHomes(wallet, out Homes after));
            Assert.Equal(before, after);
        }
    }
}
