using System.Diagnostics.CodeAnalysis;

namespace Conet.Routing.Tables;

/// <summary>
/// The details of routes: those of a store, then those that were added in memory. Grows only, so one object
/// serves every table that goes on from another, also two from the same one after a reorganisation. Any
/// number of readers, of indexes that they found in a table; several writers.
/// </summary>
internal sealed class RouteDetails
{
    private const int PageRecords = 4_096;

    private readonly Lock _gate = new();
    private readonly IRouteDetailStore? _store;
    private byte[][] _pages = [];
    private int _added;
    private long _unreadable;

    /// <summary>Starts with the records of a store, or with none.</summary>
    public RouteDetails(IRouteDetailStore? store) => _store = store;

    /// <summary>Records of the store: indexes from there on are in memory.</summary>
    public int StoredCount => _store?.Count ?? 0;

    /// <summary>Records in memory.</summary>
    public int AddedCount => Volatile.Read(ref _added);

    /// <summary>How often a record of the store could not be read.</summary>
    public long Unreadable => Interlocked.Read(ref _unreadable);

    /// <summary>Adds a record and gives its index.</summary>
    public uint Add(RouteRow row)
    {
        Span<byte> record = stackalloc byte[RouteDetailLayout.Size];
        RouteDetailLayout.Write(record, row);
        return Add(record);
    }

    /// <summary>Adds a record and gives its index.</summary>
    public uint Add(ReadOnlySpan<byte> record)
    {
        lock (_gate)
        {
            (int page, int at) = Math.DivRem(_added, PageRecords);
            if (page == _pages.Length)
            {
                byte[][] larger = new byte[Math.Max(1, 2 * page)][];
                _pages.CopyTo(larger, 0);
                Volatile.Write(ref _pages, larger);
            }

            _pages[page] ??= GC.AllocateUninitializedArray<byte>(PageRecords * RouteDetailLayout.Size);
            record.CopyTo(_pages[page].AsSpan(at * RouteDetailLayout.Size, RouteDetailLayout.Size));
            Volatile.Write(ref _added, _added + 1);
            return (uint)(StoredCount + _added - 1);
        }
    }

    /// <summary>
    /// An empty one over the same store, for when much of what is in memory is of use no more.
    /// </summary>
    public RouteDetails Renew() => new(_store) { _unreadable = Unreadable };

    /// <summary>Reads the records one after the other, a piece of the store at a time.</summary>
    public Reader CreateReader() => new(this);

    /// <summary>The record of a row. False if the store is damaged there; that is counted.</summary>
    public bool TryRead(
        uint index, Homes? homes, ulong expiresSeconds, [NotNullWhen(true)] out RouteRow? row)
    {
        Span<byte> piece = stackalloc byte[IRouteDetailStore.PieceRecords * RouteDetailLayout.Size];
        scoped ReadOnlySpan<byte> record = default;
        row = null;
        if (index >= StoredCount)
            record = Added(index);
        else if (TryReadPiece((int)index / IRouteDetailStore.PieceRecords, piece))
            record = RecordOf(piece, index);
        if (!record.IsEmpty && RouteDetailLayout.TryRead(record, homes, expiresSeconds, out row))
            return true;
        Interlocked.Increment(ref _unreadable);
        return false;
    }

    private static ReadOnlySpan<byte> RecordOf(ReadOnlySpan<byte> piece, uint index) => piece.Slice(
        (int)(index % IRouteDetailStore.PieceRecords) * RouteDetailLayout.Size, RouteDetailLayout.Size);

    private ReadOnlySpan<byte> Added(uint index)
    {
        (uint page, uint at) = Math.DivRem(index - (uint)StoredCount, PageRecords);
        return Volatile.Read(ref _pages)[page].AsSpan(
            (int)at * RouteDetailLayout.Size, RouteDetailLayout.Size);
    }

    private bool TryReadPiece(int piece, Span<byte> records)
    {
        int count = Math.Min(
            IRouteDetailStore.PieceRecords, StoredCount - (piece * IRouteDetailStore.PieceRecords));
        return _store!.TryRead(piece, records[..(count * RouteDetailLayout.Size)]);
    }

    /// <summary>Remembers the piece it read last. One thread.</summary>
    internal sealed class Reader(RouteDetails details)
    {
        private readonly byte[] _piece = new byte[IRouteDetailStore.PieceRecords * RouteDetailLayout.Size];
        private int _pieceRead = -1;

        /// <summary>Copies a record. False if the store is damaged there; that is counted.</summary>
        public bool TryCopy(uint index, Span<byte> record)
        {
            if (index >= details.StoredCount)
            {
                details.Added(index).CopyTo(record);
                return true;
            }

            int piece = (int)index / IRouteDetailStore.PieceRecords;
            if (piece != _pieceRead)
            {
                _pieceRead = -1;
                if (!details.TryReadPiece(piece, _piece))
                {
                    Interlocked.Increment(ref details._unreadable);
                    return false;
                }

                _pieceRead = piece;
            }

            RecordOf(_piece, index).CopyTo(record);
            return true;
        }
    }
}
