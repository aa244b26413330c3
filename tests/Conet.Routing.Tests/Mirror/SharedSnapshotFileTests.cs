using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;
using Part = Conet.Routing.Mirror.SharedSnapshotPart;
using Problem = Conet.Routing.Mirror.SharedSnapshotProblem;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// Files that are no snapshots, or damaged ones: each has a reason of its own, and none throws.
/// </summary>
public sealed class SharedSnapshotFileTests
{
    private static readonly MirrorOptions _options = new(7, Filled(1), Filled(2), 3);

    [Fact]
    public void Every_altered_byte_and_every_other_length_is_noticed()
    {
        byte[] good = Sample(routes: 3, others: 1);
        Assert.Equal(Problem.None, Read(good));
        for (int at = 0; at < good.Length; at++)
        {
            byte[] altered = [.. good];
            altered[at] ^= (byte)(1 << (at % 8));
            Problem expected = at >= SharedSnapshotLayout.ChainIdOffset ? Problem.Corrupt
                : at < SharedSnapshotLayout.MagicSize ? Problem.NotASnapshot : Problem.OtherVersion;
            Assert.True(Read(altered) == expected, $"byte {at}: {Read(altered)}");
        }

        for (int length = 0; length < good.Length; length++)
        {
            bool hasHeader = length >= SharedSnapshotHeader.Size;
            Problem expected = hasHeader ? Problem.WrongLength : Problem.NotASnapshot;
            Assert.Equal(expected, Read(good[..length]));
        }

        Assert.Equal(Problem.WrongLength, Read([.. good, 0]));
    }

    [Fact]
    public void Files_of_other_registries_and_absent_ones_are_told_apart()
    {
        using SnapshotFolder folder = new();
        Assert.Equal(Problem.Unreadable, SharedSnapshotReader.TryOpen(folder.File, _options, out _));
        Assert.Equal(Problem.Unreadable, SharedSnapshotReader.TryOpen(folder.Folder, _options, out _));
        File.WriteAllBytes(folder.File, Sample(2, 0));
        MirrorOptions[] others =
        [
            _options with { ChainId = 8 },
            _options with { NodeRegistry = Filled(9) },
            _options with { RouteRegistry = Filled(9) },
        ];
        Assert.All(others, other => Assert.Equal(
            Problem.OtherChain, SharedSnapshotReader.TryOpen(folder.File, other, out _)));
        Assert.Equal(Problem.None, SharedSnapshotReader.TryOpen(
            folder.File, _options with { StartBlock = 99 }, out SharedSnapshotReader? reader));
        reader!.Dispose();
    }

    [Fact]
    public void Counts_beyond_the_limits_are_refused_before_anything_is_read()
    {
        byte[] bytes = Sample(1, 0);
        foreach ((int offset, ulong most) in (ReadOnlySpan<(int, ulong)>)[
            (SharedSnapshotLayout.NodesOffset, SharedSnapshotLimits.NodesMax),
            (SharedSnapshotLayout.KeysOffset, SharedSnapshotLimits.NodesMax),
            (SharedSnapshotLayout.SignersOffset, SharedSnapshotLimits.NodesMax),
            (SharedSnapshotLayout.NodeWordsOffset, SharedSnapshotLimits.OtherWordsMax),
            (SharedSnapshotLayout.RouteWordsOffset, SharedSnapshotLimits.OtherWordsMax)])
        {
            byte[] altered = [.. bytes];
            BinaryPrimitives.WriteUInt32BigEndian(altered.AsSpan(offset), (uint)most);
            Assert.Equal(Problem.WrongLength, Read(Seal(altered)));
            BinaryPrimitives.WriteUInt32BigEndian(altered.AsSpan(offset), (uint)most + 1);
            Assert.Equal(Problem.TooLarge, Read(Seal(altered)));
        }

        foreach ((ulong count, Problem expected) in (ReadOnlySpan<(ulong, Problem)>)[
            ((ulong)SharedSnapshotLimits.RoutesMax, Problem.WrongLength),
            ((ulong)SharedSnapshotLimits.RoutesMax + 1, Problem.TooLarge),
            (ulong.MaxValue, Problem.TooLarge)])
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(SharedSnapshotLayout.RoutesOffset), count);
            Assert.Equal(expected, Read(Seal(bytes)));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(SharedSnapshotLayout.BlockRecords)]
    [InlineData(SharedSnapshotLayout.BlockRecords + 1)]
    [InlineData((2 * SharedSnapshotLayout.BlockRecords) + 7)]
    public void Records_out_of_order_are_refused_also_from_block_to_block(int routes)
    {
        byte[] good = Sample(routes, 0);
        Assert.Equal(Problem.None, Read(good));
        foreach (int at in (int[])[0, (routes / 2) - 1, routes - 2])
        {
            SharedSnapshotForge swapped = new(good, _options);
            List<byte[]> records = swapped[Part.Routes];
            (records[at], records[at + 1]) = (records[at + 1], records[at]);
            Assert.Equal(Problem.OutOfOrder, Read(swapped.Encode()));

            SharedSnapshotForge twice = new(good, _options);
            twice[Part.Routes][at + 1] = twice[Part.Routes][at];
            Assert.Equal(Problem.OutOfOrder, Read(twice.Encode()));
        }
    }

    [Fact]
    public void What_no_registry_stores_is_malformed()
    {
        Action<SharedSnapshotForge>[] changes =
        [
            forge => forge[Part.Nodes][0][0] = 1,
            forge => forge[Part.Nodes][0][(6 * 32) + 27] = 0,
            forge => forge[Part.Nodes][0][(6 * 32) + 27] = 4,
            forge => forge[Part.Routes][0].AsSpan(SharedSnapshotLayout.PrekeyOffset, 32).Clear(),
            forge => forge[Part.Routes][0].AsSpan(SharedSnapshotLayout.PackedOffset, 27).Clear(),
            forge => forge[Part.Routes][0].AsSpan(SharedSnapshotLayout.PrekeyOffset, 32 + 27).Clear(),
        ];
        foreach ((int index, Action<SharedSnapshotForge> change) in changes.Index())
        {
            SharedSnapshotForge forge = new(Sample(2, 0), _options);
            change(forge);
            Assert.Equal(Problem.None, SharedSnapshotReader.TryOpen(
                new SnapshotBytesMemory(forge.Encode()), _options, out SharedSnapshotReader? reader));
            BlockHeader block = new(5, default, default, 1_000, default, null);
            Problem problem = SharedSnapshotTable.TryRead(
                reader!, block, new byte[32], out MirrorSnapshot? snapshot, CancellationToken.None);
            Assert.True(problem == Problem.Malformed, $"change {index}: {problem}");
            Assert.Null(snapshot);
        }
    }

    [Fact]
    public void Any_bytes_are_refused_without_an_exception()
    {
        byte[] good = Sample(3, 1);
        Property.HoldsForSeeds(
            random =>
            {
                byte[] any = random.Next(4) == 0 ? Property.Bytes(random, 800) : good;
                byte[] bytes = Property.Spoil(random, any);
                if (bytes.Length >= SharedSnapshotHeader.Size && random.Next(2) == 0)
                    Seal(bytes);
                return Read(bytes) != Problem.None || bytes.AsSpan().SequenceEqual(good);
            },
            Property.IsFull ? 50_000 : 3_000);
    }

    /// <summary>Reads all of a file.</summary>
    private static Problem Read(byte[] bytes)
    {
        Problem problem = SharedSnapshotReader.TryOpen(
            new SnapshotBytesMemory(bytes), _options, out SharedSnapshotReader? reader);
        SharedSnapshotBlock block = new();
        for (Part part = 0; reader is not null && part <= Part.RouteWords; part++)
        {
            for (int index = 0; index < reader.Blocks(part) && problem == Problem.None; index++)
                problem = reader.TryRead(part, index, block);
        }

        return problem;
    }

    private static byte[] Seal(byte[] bytes)
    {
        SHA256.HashData(
            bytes.AsSpan(0, SharedSnapshotLayout.ChecksumOffset),
            bytes.AsSpan(SharedSnapshotLayout.ChecksumOffset));
        return bytes;
    }

    private static byte[] Sample(int routes, int others)
    {
        using MemoryStream stream = new();
        SharedSnapshotHeader header = new(
            _options, 5, Word(5), new RegistryPosition(1, Word(6)),
            new RegistryPosition((ulong)routes, Word(7)), [1, others, others, others, routes, others]);
        SharedSnapshotWriter writer = new(stream, header);
        NodeRecord node = new(
            Filled(3), Filled(4), Word(8), Word(9), 1, 2, 3, Word(10), 1, NodeState.Active, 11);
        writer.AddNode(node, 0);
        for (uint i = 1; i <= others; i++)
            writer.AddKey(Word(i), 1);
        for (uint i = 1; i <= others; i++)
            writer.AddSigner(Filled((byte)i), 1);
        for (uint i = 1; i <= others; i++)
            writer.AddWord(Part.NodeWords, new StorageWord(Word(i), Word(i)));
        for (uint i = 1; i <= routes; i++)
            writer.AddRoute(Wallet(i), new SharedRoute(RouteRecord.Live(Word(i), Packed(i)), i, default));
        for (uint i = 1; i <= others; i++)
            writer.AddWord(Part.RouteWords, new StorageWord(Word(i), default));
        writer.Finish();
        return stream.ToArray();
    }

    private static PackedRoute Packed(uint epoch)
    {
        Assert.True(PackedRoute.TryCreate(
            new NodeId(1), default, default, PackedRoute.SuitePlain, epoch, 2_000, 0,
            out PackedRoute route, out _));
        return route;
    }

    private static Address Wallet(uint number)
    {
        byte[] bytes = new byte[Address.Size];
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), number);
        return new Address(bytes);
    }

    private static Bytes32 Word(uint number) => RegistrySlots.Word(number);

    private static Address Filled(byte value) => new([.. Enumerable.Repeat(value, Address.Size)]);
}
