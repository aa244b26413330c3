using Conet.Fuzz.Core;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// A batch of destinations against the forwarding rules written as plain ifs. The input is a role, a next hop
/// that is this node, and 20 bytes for each cell.
/// </summary>
internal sealed class ForwarderTarget : IFuzzTarget
{
    private const int HopsMax = 24, HandlesMax = 12, CellsMax = 64, LocalCount = 16;
    private const byte LocalMark = 0xFE;
    private const int HeaderSize = 2;
    private const int Control = 1_000, Delivery = 2_000, Forward = 3_000;

    private static readonly LocalTable _locals = MakeLocals();
    private static readonly byte[] _own = [0, 0, 0, 7, .. new byte[16]];

    public string Name => "forwarder";

    public string Summary =>
        "Forwarder: every cell in one bucket, control or drop; none leaves the node port again";

    public int InputBytesMax => HeaderSize + (CellsMax * Address.Size);

    public IEnumerable<byte[]> Seeds =>
    [
        [0, 3, .. _own, .. Local(1), .. Local(14), .. Routed(5), .. Routed(3), .. Routed(200)],
        [1, 3, .. _own, .. Local(1), .. Routed(5), .. Routed(254), .. Routed(3)],
        [0, 255],
    ];

    public IEnumerable<byte[]> Tokens =>
        [_own, Local(0), Local(11), Local(12), Routed(23), Routed(24), Routed(252)];

    public bool Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < HeaderSize)
            return false;
        CellRole role = (input[0] & 1) == 0 ? CellRole.ClientPort : CellRole.NodePort;
        int selfHop = (sbyte)input[1] < 0 ? -1 : input[1] % (HopsMax + 2);
        ReadOnlySpan<byte> cells = input[HeaderSize..];
        int count = cells.Length / Address.Size;
        Span<int> offsets = stackalloc int[count];
        for (int i = 0; i < count; i++)
            offsets[i] = i * Address.Size;

        ForwardingCounters counters = new(HopsMax);
        ForwarderOptions options = new()
        {
            OwnAddress = _own,
            HopsMax = HopsMax,
            HandlesMax = HandlesMax,
            CellsMax = CellsMax,
            SelfHop = selfHop,
        };
        Forwarder<ByteRoutes> forwarder = new(options, _locals, counters);
        forwarder.Forward(default, cells, offsets, role);
        CheckBatch(forwarder, counters, cells, count, role, selfHop);
        return forwarder.Forwards.CellCount + forwarder.Deliveries.CellCount > 0;
    }

    public void Repair(FuzzBuffer input, FuzzRandom random)
    {
        for (int at = HeaderSize; at + Address.Size <= input.Length; at += Address.Size)
        {
            if (random.OneIn(3))
                random.Pick((byte[][])[_own, Local((byte)random.Below(18)), Routed((byte)random.Next())])
                    .CopyTo(input.Bytes[at..]);
        }
    }

    private static void CheckBatch(
        Forwarder<ByteRoutes> forwarder,
        ForwardingCounters counters,
        ReadOnlySpan<byte> cells,
        int count,
        CellRole role,
        int selfHop)
    {
        int[] places = PlacesOf(forwarder, count);
        ulong[] drops = new ulong[Enum.GetValues<DropReason>().Length];
        for (int cell = 0; cell < count; cell++)
        {
            ReadOnlySpan<byte> destination = cells.Slice(cell * Address.Size, Address.Size);
            (int place, DropReason drop) = Judge(destination, role, selfHop);
            Check(places[cell] == place, $"cell {cell} went to {places[cell]}, not to {place}");
            if (place == 0)
                drops[(int)drop]++;
        }

        foreach (DropReason reason in Enum.GetValues<DropReason>())
            Check(counters.Dropped(reason) == drops[(int)reason], $"drops for {reason} are miscounted");
        Check(counters.Received(role) == (ulong)count, "received cells are miscounted");
        Check(
            role == CellRole.ClientPort || forwarder.Forwards.Count == 0, "a cell left the node port again");
    }

    /// <summary>For each cell the sum of the places it is in: one place if all is well, or none.</summary>
    private static int[] PlacesOf(Forwarder<ByteRoutes> forwarder, int count)
    {
        int[] places = new int[count];
        foreach (int cell in forwarder.Control)
            places[cell] += Control;
        for (int bucket = 0; bucket < forwarder.Deliveries.Count; bucket++)
        {
            foreach (int cell in forwarder.Deliveries.CellsOf(bucket))
                places[cell] += Delivery + forwarder.Deliveries.KeyOf(bucket);
        }

        for (int bucket = 0; bucket < forwarder.Forwards.Count; bucket++)
        {
            foreach (int cell in forwarder.Forwards.CellsOf(bucket))
                places[cell] += Forward + forwarder.Forwards.KeyOf(bucket);
        }

        return places;
    }

    /// <summary>Section 10 of the specification: a place, or 0 and the reason for the drop.</summary>
    private static (int Place, DropReason Drop) Judge(
        ReadOnlySpan<byte> destination, CellRole role, int selfHop)
    {
        if (destination.SequenceEqual(_own))
            return (Control, DropReason.None);
        int handle = HandleOf(destination);
        if (handle >= 0)
        {
            bool hasEndpoint = handle < HandlesMax;
            return hasEndpoint ? (Delivery + handle, DropReason.None) : (0, DropReason.AddresseeAbsent);
        }

        int hop = ByteRoutes.HopOf(destination);
        bool isHere = hop >= 0 && hop == selfHop;
        if (role == CellRole.NodePort)
            return (0, isHere || hop == -2 ? DropReason.AddresseeAbsent : DropReason.CrossedRoute);
        if (hop < 0)
            return (0, NoHop.ToDropReason(hop));
        if (isHere)
            return (0, DropReason.NextHopIsSelf);
        return hop < HopsMax ? (Forward + hop, DropReason.None) : (0, DropReason.NextHopUnreachable);
    }

    private static int HandleOf(ReadOnlySpan<byte> destination) =>
        destination[0] == LocalMark
        && destination[1] < LocalCount
        && !destination[2..].ContainsAnyExcept((byte)0)
            ? destination[1]
            : -1;

    private static byte[] Local(byte number) => [LocalMark, number, .. new byte[18]];

    private static byte[] Routed(byte hop) => [1, hop, .. Samples.Pattern(18, hop)];

    private static LocalTable MakeLocals()
    {
        LocalTable table = new(LocalCount, Samples.Pattern(LocalTable.SeedSize, 9));
        for (byte number = 0; number < LocalCount; number++)
            Check(table.TrySet(Local(number), number), "the sample table is full");
        return table;
    }

    /// <summary>A table in which the destination itself says the hop.</summary>
    private readonly struct ByteRoutes : IRouteLookup
    {
        public static int HopOf(ReadOnlySpan<byte> destination) =>
            destination[1] >= 0xF8 ? (sbyte)destination[1] : destination[1] & 0x1F;

        public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops)
        {
            for (int i = 0; i < offsets.Length; i++)
                hops[i] = HopOf(cells.Slice(offsets[i], Address.Size));
        }
    }
}
