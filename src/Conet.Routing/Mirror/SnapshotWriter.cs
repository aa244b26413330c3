using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Writes one snapshot from front to back, a piece at a time; beside the table it needs a piece, the digests
/// and four bytes for each set of homes. One thread; used once.
/// </summary>
internal sealed class SnapshotWriter
{
    private const uint Unnumbered = uint.MaxValue;

    private readonly MirrorSnapshot _snapshot;
    private readonly RouteMerge _routes;
    private readonly uint[] _homeNumbers;
    private readonly List<Homes> _homes = [];
    private readonly SnapshotPlan _plan;
    private readonly byte[] _digests;
    private readonly byte[] _piece;
    private int _digest;

    /// <param name="snapshot">What to write.</param>
    public SnapshotWriter(MirrorSnapshot snapshot)
    {
        RouteTable table = snapshot.Table;
        _snapshot = snapshot;
        _routes = table.Routes.ToMerge();
        _piece = new byte[LargestPiece(table.Nodes.Count, _routes.Count)];
        _homeNumbers = NumberHomes(table);
        _plan = new SnapshotPlan(table.Nodes.Count, _homes.Count, _routes.Count, _routes.LiveCount);
        _digests = new byte[_plan.DigestsSize];
    }

    /// <summary>Bytes that will be written.</summary>
    public long Size => _plan.Size;

    /// <summary>Writes it.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="options">Chain and registries it belongs to.</param>
    /// <param name="key">32 secret bytes of this node.</param>
    /// <exception cref="IOException">
    /// The stream cannot be written, or the table came from a file that is damaged.
    /// </exception>
    public void WriteTo(Stream stream, MirrorOptions options, ReadOnlySpan<byte> key)
    {
        Span<byte> header = stackalloc byte[SnapshotLayout.HeaderSize];
        WriteHeader(header, options, key);
        stream.Write(header);
        WriteNodes(stream);
        WriteHomes(stream);
        for (int i = 0; i < _plan.Pages.Pieces; i++)
        {
            Span<byte> page = _piece.AsSpan(0, _plan.Pages.SizeOf(i));
            _routes.ReadPage(page);
            Renumber(page[(_plan.Pages.RecordsOf(i) * (Address.Size + SortedRoutes.ExpirySize))..]);
            WritePiece(stream, page);
        }

        for (int i = 0; i < _plan.Order.Pieces; i++)
        {
            Span<byte> order = _piece.AsSpan(0, _plan.Order.SizeOf(i));
            _routes.ReadOrder(order);
            WritePiece(stream, order);
        }

        WriteDetails(stream);
        stream.Write(_digests);
        stream.Write(Tag(header, _digests, key));
    }

    /// <summary>The tag of a file.</summary>
    public static byte[] Tag(ReadOnlySpan<byte> header, ReadOnlySpan<byte> digests, ReadOnlySpan<byte> key)
    {
        using IncrementalHash tag = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        tag.AppendData(header);
        tag.AppendData(digests);
        return tag.GetHashAndReset();
    }

    /// <summary>What a file says of the key it was written with.</summary>
    public static void WriteKeyId(ReadOnlySpan<byte> key, Span<byte> keyId)
    {
        if (key.Length != SnapshotFile.KeySize)
            throw new ArgumentException("A snapshot key has 32 bytes.", nameof(key));
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(key, hash);
        hash[..SnapshotLayout.KeyIdSize].CopyTo(keyId);
    }

    /// <summary>Bytes of the largest piece; those of homes and order are smaller than a page.</summary>
    private static int LargestPiece(int nodes, int routes) => Math.Max(
        Math.Min(nodes, SnapshotLayout.PieceNodes) * SnapshotLayout.NodeSize,
        Math.Max(
            Math.Min(routes, SortedRoutes.PageRows) * SortedRoutes.RowSize,
            Math.Min(routes, IRouteDetailStore.PieceRecords) * RouteDetailLayout.Size));

    /// <summary>Numbers the sets of homes in the order in which the routes name them first.</summary>
    private uint[] NumberHomes(RouteTable table)
    {
        uint[] numbers = [];
        for (int row = 0; row < _routes.Count; row += SortedRoutes.PageRows)
        {
            int rows = Math.Min(SortedRoutes.PageRows, _routes.Count - row);
            Span<byte> page = _piece.AsSpan(0, rows * SortedRoutes.RowSize);
            _routes.ReadPage(page);
            Span<byte> homes = page[(rows * (Address.Size + SortedRoutes.ExpirySize))..];
            if (numbers.Length < table.HomeSets.Count)
            {
                int known = numbers.Length;
                Array.Resize(ref numbers, table.HomeSets.Count);
                numbers.AsSpan(known).Fill(Unnumbered);
            }

            for (; !homes.IsEmpty; homes = homes[sizeof(uint)..])
            {
                uint index = BinaryPrimitives.ReadUInt32BigEndian(homes);
                if (index == SortedRoutes.NoHomes || numbers[index] != Unnumbered)
                    continue;
                numbers[index] = (uint)_homes.Count;
                _homes.Add(table.HomeSets[index]);
            }
        }

        _routes.RewindPages();
        return numbers;
    }

    private void Renumber(Span<byte> homes)
    {
        for (; !homes.IsEmpty; homes = homes[sizeof(uint)..])
        {
            uint index = BinaryPrimitives.ReadUInt32BigEndian(homes);
            if (index != SortedRoutes.NoHomes)
                BinaryPrimitives.WriteUInt32BigEndian(homes, _homeNumbers[index]);
        }
    }

    private void WriteHeader(Span<byte> header, MirrorOptions options, ReadOnlySpan<byte> key)
    {
        RouteTable table = _snapshot.Table;
        SnapshotLayout.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32BigEndian(
            header[SnapshotLayout.VersionOffset..], SnapshotLayout.Version);
        WriteKeyId(key, header.Slice(SnapshotLayout.KeyIdOffset, SnapshotLayout.KeyIdSize));
        BinaryPrimitives.WriteUInt64BigEndian(header[SnapshotLayout.ChainIdOffset..], options.ChainId);
        options.NodeRegistry.CopyTo(header[SnapshotLayout.NodeRegistryOffset..]);
        options.RouteRegistry.CopyTo(header[SnapshotLayout.RouteRegistryOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(header[SnapshotLayout.BlockOffset..], _snapshot.BlockNumber);
        _snapshot.BlockHash.CopyTo(header[SnapshotLayout.BlockHashOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(header[SnapshotLayout.TimeOffset..], table.TimeSeconds);
        WritePosition(header[SnapshotLayout.NodePositionOffset..], table.NodePosition);
        WritePosition(header[SnapshotLayout.RoutePositionOffset..], table.RoutePosition);
        _plan.Write(header);
    }

    private static void WritePosition(Span<byte> bytes, RegistryPosition position)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, position.Count);
        position.Hash.CopyTo(bytes[8..]);
    }

    private void WriteNodes(Stream stream)
    {
        int at = 0;
        foreach ((uint id, NodeRow row) in _snapshot.Table.Nodes)
        {
            Span<byte> record = _piece.AsSpan(at, SnapshotLayout.NodeSize);
            BinaryPrimitives.WriteUInt32BigEndian(record, id);
            BinaryPrimitives.WriteUInt64BigEndian(record[4..], row.Sequence);
            BinaryPrimitives.WriteUInt64BigEndian(record[12..], row.BlockNumber);
            AbiCallWriter writer = new(0, NodeRecord.EncodedSize / AbiType.WordSize);
            row.Node.Write(ref writer);
            writer.Finish().AsSpan(AbiCallWriter.SelectorSize).CopyTo(record[20..]);
            at += SnapshotLayout.NodeSize;
            if (at < SnapshotLayout.PieceNodes * SnapshotLayout.NodeSize)
                continue;
            WritePiece(stream, _piece.AsSpan(0, at));
            at = 0;
        }

        if (at > 0)
            WritePiece(stream, _piece.AsSpan(0, at));
    }

    private void WriteHomes(Stream stream)
    {
        for (int i = 0; i < _plan.Homes.Pieces; i++)
        {
            Span<byte> piece = _piece.AsSpan(0, _plan.Homes.SizeOf(i));
            for (int set = 0; set < _plan.Homes.RecordsOf(i); set++)
            {
                Homes homes = _homes[(i * SnapshotLayout.PieceHomes) + set];
                Span<byte> record = piece[(set * SnapshotLayout.HomesSize)..];
                BinaryPrimitives.WriteUInt32BigEndian(record, homes.First);
                BinaryPrimitives.WriteUInt32BigEndian(record[4..], homes.Second);
                BinaryPrimitives.WriteUInt32BigEndian(record[8..], homes.Third);
            }

            WritePiece(stream, piece);
        }
    }

    private void WriteDetails(Stream stream)
    {
        RouteDetails.Reader reader = _snapshot.Table.Routes.Sorted.Details.CreateReader();
        for (int i = 0; i < _plan.Details.Pieces; i++)
        {
            Span<byte> piece = _piece.AsSpan(0, _plan.Details.SizeOf(i));
            if (!_routes.TryReadDetails(reader, piece))
                throw new IOException("the snapshot file that the table was read from is damaged");
            WritePiece(stream, piece);
        }
    }

    private void WritePiece(Stream stream, ReadOnlySpan<byte> piece)
    {
        stream.Write(piece);
        SHA256.HashData(piece, _digests.AsSpan(_digest++ * SnapshotLayout.DigestSize));
    }
}
