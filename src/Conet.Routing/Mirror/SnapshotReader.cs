using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Makes a table of a snapshot, with as many cores as there are. Checks what it reads before it is used, and
/// allocates nothing that the file is not as long as. The details stay where they are. Used once.
/// </summary>
internal sealed class SnapshotReader
{
    private readonly ISnapshotSource _source;
    private readonly SnapshotPlan _plan;
    private readonly byte[] _header;
    private readonly byte[] _digests;
    private int _problem;

    private SnapshotReader(ISnapshotSource source, SnapshotPlan plan, byte[] header)
    {
        _source = source;
        _plan = plan;
        _header = header;
        _digests = GC.AllocateUninitializedArray<byte>(plan.DigestsSize);
    }

    /// <summary>Reads a snapshot. Never throws for what it holds or lacks.</summary>
    /// <param name="source">The snapshot; read from as long as the table is in use.</param>
    /// <param name="options">Chain and registries it must belong to.</param>
    /// <param name="key">32 secret bytes of this node.</param>
    /// <param name="tableSecret">32 bytes from a secure generator, for the trie.</param>
    /// <param name="snapshot">The snapshot, or null.</param>
    public static SnapshotProblem TryRead(
        ISnapshotSource source,
        MirrorOptions options,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> tableSecret,
        out MirrorSnapshot? snapshot)
    {
        snapshot = null;
        byte[] header = new byte[SnapshotLayout.HeaderSize];
        if (source.Length < SnapshotLayout.HeaderSize + SnapshotLayout.TagSize)
            return SnapshotProblem.NotASnapshot;
        if (!source.TryRead(0, header))
            return SnapshotProblem.Unreadable;
        SnapshotProblem problem = CheckHeader(header, options, key);
        if (problem != SnapshotProblem.None)
            return problem;
        if (!SnapshotPlan.TryRead(header, out SnapshotPlan plan) || plan.Size != source.Length)
            return SnapshotProblem.Corrupt;
        SnapshotReader reader = new(source, plan, header);
        problem = reader.CheckTag(key);
        return problem == SnapshotProblem.None ? reader.Load(tableSecret, out snapshot) : problem;
    }

    private static SnapshotProblem CheckHeader(
        ReadOnlySpan<byte> header, MirrorOptions options, ReadOnlySpan<byte> key)
    {
        if (!header.StartsWith(SnapshotLayout.Magic))
            return SnapshotProblem.NotASnapshot;
        uint version = BinaryPrimitives.ReadUInt32BigEndian(header[SnapshotLayout.VersionOffset..]);
        if (version != SnapshotLayout.Version)
            return SnapshotProblem.OtherVersion;
        Span<byte> keyId = stackalloc byte[SnapshotLayout.KeyIdSize];
        SnapshotWriter.WriteKeyId(key, keyId);
        if (!header.Slice(SnapshotLayout.KeyIdOffset, SnapshotLayout.KeyIdSize).SequenceEqual(keyId))
            return SnapshotProblem.Foreign;
        bool isOurs = BinaryPrimitives.ReadUInt64BigEndian(
                header[SnapshotLayout.ChainIdOffset..]) == options.ChainId
            && ReadAddress(header[SnapshotLayout.NodeRegistryOffset..]) == options.NodeRegistry
            && ReadAddress(header[SnapshotLayout.RouteRegistryOffset..]) == options.RouteRegistry;
        return isOurs ? SnapshotProblem.None : SnapshotProblem.OtherChain;
    }

    private SnapshotProblem CheckTag(ReadOnlySpan<byte> key)
    {
        Span<byte> tag = stackalloc byte[SnapshotLayout.TagSize];
        if (!_source.TryRead(_plan.DigestsOffset, _digests) || !_source.TryRead(_plan.TagOffset, tag))
            return SnapshotProblem.Unreadable;
        return CryptographicOperations.FixedTimeEquals(tag, SnapshotWriter.Tag(_header, _digests, key))
            ? SnapshotProblem.None
            : SnapshotProblem.Corrupt;
    }

    private SnapshotProblem Load(ReadOnlySpan<byte> tableSecret, out MirrorSnapshot? snapshot)
    {
        snapshot = null;
        List<(uint Id, NodeRow Row)> nodes = ReadNodes();
        Homes[] homes = ReadHomes();
        byte[][] pages = ReadPages();
        byte[][] order = ReadOrder();
        if (_problem != 0)
            return (SnapshotProblem)_problem;
        RouteDetails details = new(new SnapshotDetails(_source, _plan.Details, _digests));
        SortedRoutes routes = new(_plan.Pages.Count, pages, _plan.Order.Count, order, details, null);
        CheckSeams(routes);
        CheckHomes(pages);
        if (_problem != 0)
            return (SnapshotProblem)_problem;
        HomeSets homeSets = new(homes, homes.Length);
        RouteTableBuilder builder = RouteTable
            .Load(tableSecret, routes, homeSets, ReadUInt64(SnapshotLayout.TimeOffset))
            .ToBuilder();
        foreach ((uint id, NodeRow row) in nodes)
            builder.Restore(id, row);
        builder.Restore(
            ReadPosition(SnapshotLayout.NodePositionOffset),
            ReadPosition(SnapshotLayout.RoutePositionOffset));
        snapshot = new MirrorSnapshot(
            ReadUInt64(SnapshotLayout.BlockOffset),
            new Bytes32(_header.AsSpan(SnapshotLayout.BlockHashOffset, Bytes32.Size)),
            builder.Build());
        return SnapshotProblem.None;
    }

    /// <summary>Reads all pieces of a section, several at once, and checks them.</summary>
    private void ForEachPiece(SnapshotSection section, Action<int, byte[]> use) =>
        Share(section.Pieces, piece =>
        {
            if (_problem != 0)
                return;
            byte[] bytes = GC.AllocateUninitializedArray<byte>(section.SizeOf(piece));
            if (!_source.TryRead(section.OffsetOf(piece), bytes))
            {
                Fail(SnapshotProblem.Unreadable);
                return;
            }

            Span<byte> digest = stackalloc byte[SnapshotLayout.DigestSize];
            SHA256.HashData(bytes, digest);
            int at = (section.FirstDigest + piece) * SnapshotLayout.DigestSize;
            if (digest.SequenceEqual(_digests.AsSpan(at, SnapshotLayout.DigestSize)))
                use(piece, bytes);
            else
                Fail(SnapshotProblem.Corrupt);
        });

    /// <summary>Work that all cores share; a single piece is not worth their attention.</summary>
    private static void Share(int pieces, Action<int> work)
    {
        if (pieces > 1)
            Parallel.For(0, pieces, work);
        else if (pieces == 1)
            work(0);
    }

    private List<(uint Id, NodeRow Row)> ReadNodes()
    {
        byte[][] pieces = new byte[_plan.Nodes.Pieces][];
        ForEachPiece(_plan.Nodes, (piece, bytes) => pieces[piece] = bytes);
        List<(uint Id, NodeRow Row)> nodes = new(_plan.Nodes.Count);
        uint last = 0;
        for (int i = 0; i < _plan.Nodes.Count && _problem == 0; i++)
        {
            (int piece, int at) = Math.DivRem(i, SnapshotLayout.PieceNodes);
            ReadOnlySpan<byte> record =
                pieces[piece].AsSpan(at * SnapshotLayout.NodeSize, SnapshotLayout.NodeSize);
            uint id = BinaryPrimitives.ReadUInt32BigEndian(record);
            if (id <= last || !NodeRecord.TryDecode(record[20..], out NodeRecord node, out _))
            {
                Fail(SnapshotProblem.Malformed);
                break;
            }

            ulong sequence = BinaryPrimitives.ReadUInt64BigEndian(record[4..]);
            nodes.Add((id, new NodeRow(node, sequence, BinaryPrimitives.ReadUInt64BigEndian(record[12..]))));
            last = id;
        }

        return nodes;
    }

    private Homes[] ReadHomes()
    {
        Homes[] homes = new Homes[_plan.Homes.Count];
        ForEachPiece(_plan.Homes, (piece, bytes) =>
        {
            Span<Homes> sets = homes.AsSpan(
                piece * SnapshotLayout.PieceHomes, _plan.Homes.RecordsOf(piece));
            for (int i = 0; i < sets.Length; i++)
            {
                ReadOnlySpan<byte> record = bytes.AsSpan(i * SnapshotLayout.HomesSize);
                sets[i] = new Homes(
                    BinaryPrimitives.ReadUInt32BigEndian(record),
                    BinaryPrimitives.ReadUInt32BigEndian(record[4..]),
                    BinaryPrimitives.ReadUInt32BigEndian(record[8..]));
                if (!IsRouteOf(sets[i]))
                    Fail(SnapshotProblem.Malformed);
            }
        });
        return homes;
    }

    /// <summary>Whether a route can have these homes: one at least, no gap, none twice.</summary>
    private static bool IsRouteOf(Homes homes) =>
        homes.First != 0 && (homes.Second != 0 || homes.Third == 0) && homes.First != homes.Second
        && homes.First != homes.Third && (homes.Second == 0 || homes.Second != homes.Third);

    private byte[][] ReadPages()
    {
        byte[][] pages = new byte[_plan.Pages.Pieces][];
        int live = 0;
        ForEachPiece(_plan.Pages, (piece, bytes) =>
        {
            pages[piece] = bytes;
            int found = CheckPage(bytes);
            if (found < 0)
                Fail(SnapshotProblem.Malformed);
            Interlocked.Add(ref live, found);
        });
        if (_problem == 0 && live != _plan.Order.Count)
            Fail(SnapshotProblem.Malformed);
        return pages;
    }

    /// <summary>Live routes of a page; -1 if it is malformed.</summary>
    private int CheckPage(ReadOnlySpan<byte> page)
    {
        int rows = page.Length / SortedRoutes.RowSize;
        ReadOnlySpan<byte> expiries = page[(rows * Address.Size)..];
        ReadOnlySpan<byte> homes = expiries[(rows * SortedRoutes.ExpirySize)..];
        int live = 0;
        Address last = default;
        for (int row = 0; row < rows; row++)
        {
            Address wallet = new(page.Slice(row * Address.Size, Address.Size));
            ulong expiry = BinaryPrimitives.ReadUInt64BigEndian(expiries[(row * sizeof(ulong))..]);
            uint index = BinaryPrimitives.ReadUInt32BigEndian(homes[(row * sizeof(uint))..]);
            bool isLive = index != SortedRoutes.NoHomes;
            bool isRight = (row == 0 || wallet > last) && isLive == (expiry != 0)
                && (!isLive || index < (uint)_plan.Homes.Count);
            if (!isRight)
                return -1;
            live += isLive ? 1 : 0;
            last = wallet;
        }

        return live;
    }

    /// <summary>
    /// The order; that its numbers are those of routes is checked. That they are in order is not: it would
    /// cost as much as all the rest, and nobody else has the key.
    /// </summary>
    private byte[][] ReadOrder()
    {
        byte[][] order = new byte[_plan.Order.Pieces][];
        ForEachPiece(_plan.Order, (piece, bytes) =>
        {
            order[piece] = bytes;
            foreach (uint place in MemoryMarshal.Cast<byte, uint>(bytes))
            {
                uint row = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(place) : place;
                if (row < (uint)_plan.Pages.Count)
                    continue;
                Fail(SnapshotProblem.Malformed);
                break;
            }
        });
        return order;
    }

    /// <summary>Whether each page goes on where the one before it ends.</summary>
    private void CheckSeams(SortedRoutes routes)
    {
        for (int row = SortedRoutes.PageRows; row < routes.Count; row += SortedRoutes.PageRows)
        {
            if (routes.WalletAt(row) <= routes.WalletAt(row - 1))
                Fail(SnapshotProblem.Malformed);
        }
    }

    /// <summary>Whether the sets of homes are numbered as the routes name them, and all are named.</summary>
    private void CheckHomes(byte[][] pages)
    {
        uint next = 0;
        foreach (byte[] page in pages)
        {
            int rows = page.Length / SortedRoutes.RowSize;
            ReadOnlySpan<byte> homes = page.AsSpan(rows * (Address.Size + SortedRoutes.ExpirySize));
            for (int row = 0; row < rows; row++)
            {
                uint index = BinaryPrimitives.ReadUInt32BigEndian(homes[(row * sizeof(uint))..]);
                if (index < next || index == SortedRoutes.NoHomes)
                    continue;
                if (index != next)
                    Fail(SnapshotProblem.Malformed);
                next++;
            }
        }

        if (next != (uint)_plan.Homes.Count)
            Fail(SnapshotProblem.Malformed);
    }

    private void Fail(SnapshotProblem problem) =>
        Interlocked.CompareExchange(ref _problem, (int)problem, (int)SnapshotProblem.None);

    private ulong ReadUInt64(int offset) => BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(offset));

    private RegistryPosition ReadPosition(int offset) =>
        new(ReadUInt64(offset), new Bytes32(_header.AsSpan(offset + sizeof(ulong), Bytes32.Size)));

    private static Address ReadAddress(ReadOnlySpan<byte> bytes) => new(bytes[..Address.Size]);
}
