using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Snapshot files, with the tag made right again most of the time, so that the records are reached.
/// </summary>
internal sealed class SnapshotTarget : IFuzzTarget
{
    private static readonly byte[] _key = Samples.Pattern(SnapshotFile.KeySize, 0xA1);
    private static readonly byte[] _secret = Samples.Pattern(32, 0xB1);

    private static readonly MirrorOptions _options =
        new(31337, Samples.Recipient, Samples.Network.RouteRegistry, StartBlock: 1);

    public string Name => "snapshot";

    public string Summary => "SnapshotFile.TryDecode; accepted means encoded again the same";

    public IEnumerable<byte[]> Seeds => [Sample(0, 0), Sample(1, 1), Sample(3, 5)];

    public bool Run(ReadOnlySpan<byte> input)
    {
        SnapshotProblem problem =
            SnapshotFile.TryDecode(input, _options, _key, _secret, out MirrorSnapshot? snapshot);
        Check(
            (problem == SnapshotProblem.None) == (snapshot is not null),
            "a snapshot with a problem, or none without");
        if (snapshot is null)
            return false;
        byte[] again = SnapshotFile.Encode(snapshot, _options, _key);
        Check(input.SequenceEqual(again), "what was accepted is not what would be written");
        Check(snapshot.Table.LiveRoutes <= snapshot.Table.Routes.Count, "more live routes than routes");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        const int Minimum = SnapshotLayout.HeaderSize + SnapshotLayout.TagSize;
        if (input.Length <= Minimum)
            return false;
        uint nodes = BinaryPrimitives.ReadUInt32BigEndian(input.Bytes[SnapshotLayout.NodeCountOffset..]);
        int recordsEnd = input.Length - SnapshotLayout.TagSize;
        int nodesEnd = (int)Math.Min(
            SnapshotLayout.HeaderSize + (nodes * (long)SnapshotLayout.NodeSize), recordsEnd);
        bool isNode = random.OneIn(2) && nodesEnd > SnapshotLayout.HeaderSize;
        (int start, int end, int size) = isNode
            ? (SnapshotLayout.HeaderSize, nodesEnd, SnapshotLayout.NodeSize)
            : (nodesEnd, recordsEnd, SnapshotLayout.RouteSize);
        int records = (end - start) / size;
        if (records == 0)
            return false;
        int at = start + (random.Below(records) * size);
        switch (random.Below(4))
        {
            case 0: ChangeRecords(input, isNode, at, size, isMore: false); break;
            case 1: ChangeRecords(input, isNode, at, size, isMore: true); break;
            case 2: random.Fill(input.Bytes.Slice(at + random.Below(size), 1)); break;
            default: input.Bytes.Slice(at + random.Below(size - 8), 8).Clear(); break;
        }

        return true;
    }

    public void Repair(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length < SnapshotLayout.HeaderSize + SnapshotLayout.TagSize || random.OneIn(8))
            return;
        Span<byte> bytes = input.Bytes;
        HMACSHA256.HashData(_key, bytes[..^SnapshotLayout.TagSize], bytes[^SnapshotLayout.TagSize..]);
    }

    /// <summary>Takes a record out or writes it twice, with the count that belongs to it.</summary>
    private static void ChangeRecords(FuzzBuffer input, bool isNode, int at, int size, bool isMore)
    {
        int change = isMore ? 1 : -1;
        if (isMore)
            input.Insert(at, input.Bytes.Slice(at, size));
        else
            input.Remove(at, size);
        Span<byte> counts = input.Bytes[SnapshotLayout.NodeCountOffset..];
        if (isNode)
        {
            uint count = BinaryPrimitives.ReadUInt32BigEndian(counts);
            BinaryPrimitives.WriteUInt32BigEndian(counts, (uint)(count + change));
            return;
        }

        counts = input.Bytes[SnapshotLayout.RouteCountOffset..];
        ulong routes = BinaryPrimitives.ReadUInt64BigEndian(counts);
        BinaryPrimitives.WriteUInt64BigEndian(counts, routes + (ulong)change);
    }

    private static byte[] Sample(uint nodes, byte routes)
    {
        RouteTableBuilder builder = RouteTable.Create(_secret).ToBuilder();
        builder.SetTime(1_700_000_000);
        for (uint id = 1; id <= nodes; id++)
            builder.Restore(id * 7, new NodeRow(RegistrySamples.Node, id, 10 + id));
        for (byte i = 1; i <= routes; i++)
        {
            RouteRecord route = i % 3 == 0 ? RouteRecord.Cleared(i) : RegistrySamples.Route(i);
            Address wallet = new(Samples.Pattern(Address.Size, (byte)(i * 16)));
            builder.Restore(wallet, new RouteRow(route, RegistrySamples.Signature, i, 20));
        }

        builder.Restore(
            new RegistryPosition(nodes, new Bytes32(Samples.Pattern(32, 1))),
            new RegistryPosition(routes, new Bytes32(Samples.Pattern(32, 2))));
        MirrorSnapshot snapshot = new(30, new Bytes32(Samples.Pattern(32, 3)), builder.Build());
        return SnapshotFile.Encode(snapshot, _options, _key);
    }
}
