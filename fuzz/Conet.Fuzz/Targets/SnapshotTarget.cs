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
/// Snapshot files, with digests and tag made right again most of the time, so that the records are reached.
/// </summary>
internal sealed class SnapshotTarget : IFuzzTarget
{
    private static readonly byte[] _key = Samples.Pattern(SnapshotFile.KeySize, 0xA1);
    private static readonly byte[] _secret = Samples.Pattern(32, 0xB1);

    private static readonly MirrorOptions _options =
        new(31337, Samples.Recipient, Samples.Network.RouteRegistry, StartBlock: 1);

    public string Name => "snapshot";

    public string Summary =>
        "SnapshotFile.TryDecode; accepted means encoded again the same, or rows that say so";

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
        RouteRows routes = snapshot.Table.Routes;
        bool isReadable = routes.Keys.All(wallet => routes.TryGetValue(wallet, out _));
        Check(isReadable != routes.IsDamaged, "rows that cannot be read are not told from others");
        Check(snapshot.Table.LiveRoutes <= routes.Count, "more live routes than routes");
        if (!isReadable)
            return true;
        byte[] again = SnapshotFile.Encode(snapshot, _options, _key);
        Check(input.SequenceEqual(again), "what was accepted is not what would be written");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (!TryPlan(input.Bytes, out SnapshotPlan plan))
            return false;
        SnapshotSection[] sections =
            [.. Sections(plan).Where(section => section.Count > 0)];
        if (sections.Length == 0)
            return false;
        SnapshotSection section = sections[random.Below(sections.Length)];
        int at = (int)section.Offset + (random.Below(section.Count) * section.RecordSize);
        switch (random.Below(4))
        {
            case 0: ChangeCount(input, plan, section, at, isMore: false); break;
            case 1: ChangeCount(input, plan, section, at, isMore: true); break;
            case 2: random.Fill(input.Bytes.Slice(at + random.Below(section.RecordSize), 1)); break;
            default: input.Bytes.Slice(at, Math.Min(section.RecordSize, 8)).Clear(); break;
        }

        return true;
    }

    public void Repair(FuzzBuffer input, FuzzRandom random)
    {
        if (random.OneIn(8) || !TryPlan(input.Bytes, out SnapshotPlan plan))
            return;
        Span<byte> bytes = input.Bytes;
        Span<byte> digests = bytes.Slice((int)plan.DigestsOffset, plan.DigestsSize);
        foreach (SnapshotSection section in Sections(plan))
        {
            for (int piece = 0; piece < section.Pieces; piece++)
            {
                SHA256.HashData(
                    bytes.Slice((int)section.OffsetOf(piece), section.SizeOf(piece)),
                    digests[((section.FirstDigest + piece) * SnapshotLayout.DigestSize)..]);
            }
        }

        SnapshotWriter.Tag(bytes[..SnapshotLayout.HeaderSize], digests, _key)
            .CopyTo(bytes[(int)plan.TagOffset..]);
    }

    private static SnapshotSection[] Sections(SnapshotPlan plan) =>
        [plan.Nodes, plan.Homes, plan.Pages, plan.Order, plan.Details];

    private static bool TryPlan(ReadOnlySpan<byte> bytes, out SnapshotPlan plan)
    {
        plan = null!;
        return bytes.Length >= SnapshotLayout.HeaderSize && SnapshotPlan.TryRead(bytes, out plan)
            && plan.Size == bytes.Length;
    }

    /// <summary>
    /// Takes a record out or writes it twice, with the count that belongs to it. Routes stand in two sections
    /// and in columns: they stay as many.
    /// </summary>
    private static void ChangeCount(
        FuzzBuffer input, SnapshotPlan plan, SnapshotSection section, int at, bool isMore)
    {
        if (section == plan.Pages || section == plan.Details || section.Count == 1)
            return;
        if (isMore)
            input.Insert(at, input.Bytes.Slice(at, section.RecordSize));
        else
            input.Remove(at, section.RecordSize);
        int offset = section == plan.Nodes ? SnapshotLayout.NodeCountOffset
            : section == plan.Homes ? SnapshotLayout.HomesCountOffset
            : SnapshotLayout.LiveCountOffset;
        BinaryPrimitives.WriteInt32BigEndian(input.Bytes[offset..], section.Count + (isMore ? 1 : -1));
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
