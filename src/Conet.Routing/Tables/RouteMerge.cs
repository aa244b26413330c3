using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Sorted routes and what changed since, as one: read from front to back, a piece at a time, without a copy
/// of the whole. For making the next <see cref="SortedRoutes"/>, and for writing a file. One thread; pages,
/// order and details are each read once.
/// </summary>
internal sealed class RouteMerge
{
    private const int ShiftGroup = 256;

    /// <summary>Records in memory that are of no use are put up with up to this number.</summary>
    private const int UselessDetailsKept = 1 << 16;

    private readonly SortedRoutes _sorted;
    private readonly KeyValuePair<Address, RouteRow>[] _changes;
    private readonly HomeSets _homeSets;
    private readonly int[] _rows;
    private readonly int[] _insertedBefore;
    private readonly int[] _insertRows;
    private readonly int[] _shifts;
    private readonly ulong[] _replaced;
    private readonly int[] _liveChanges;
    private readonly int[] _livePlaces;
    private Cursor _pageCursor;
    private Cursor _detailCursor;
    private int _place;
    private int _liveChange;

    /// <param name="sorted">Routes.</param>
    /// <param name="changes">
    /// Rows that are new or stand in place of others, each wallet once; taken over.
    /// </param>
    /// <param name="homeSets">Sets of both.</param>
    public RouteMerge(
        SortedRoutes sorted, KeyValuePair<Address, RouteRow>[] changes, HomeSets homeSets)
    {
        Array.Sort(changes, static (x, y) => x.Key.CompareTo(y.Key));
        _sorted = sorted;
        _changes = changes;
        _homeSets = homeSets;
        _rows = new int[changes.Length];
        _insertedBefore = new int[changes.Length];
        _replaced = new ulong[(sorted.Count / 64) + 1];
        List<int> inserts = [];
        int live = sorted.LiveCount;
        for (int i = 0; i < changes.Length; i++)
        {
            _insertedBefore[i] = inserts.Count;
            bool isThere = sorted.TryFind(changes[i].Key, out _rows[i]);
            if (isThere)
            {
                _replaced[_rows[i] / 64] |= 1UL << (_rows[i] % 64);
                live -= sorted.HomesAt(_rows[i]) == SortedRoutes.NoHomes ? 0 : 1;
            }
            else
            {
                inserts.Add(_rows[i]);
            }

            live += changes[i].Value.Route.IsLive ? 1 : 0;
        }

        _insertRows = [.. inserts];
        _shifts = MakeShifts();
        Count = sorted.Count + _insertRows.Length;
        LiveCount = live;
        _liveChanges = SortLiveChanges();
        _livePlaces = [.. _liveChanges.Select(PlaceOf)];
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Rows that are not cleared.</summary>
    public int LiveCount { get; }

    /// <summary>Reads the next page, or as many rows as a span has room for.</summary>
    public void ReadPage(Span<byte> page)
    {
        int rows = page.Length / SortedRoutes.RowSize;
        Span<byte> wallets = page[..(rows * Address.Size)];
        Span<byte> expiries = page.Slice(wallets.Length, rows * SortedRoutes.ExpirySize);
        Span<byte> homes = page[(wallets.Length + expiries.Length)..];
        for (int row = 0; row < rows;)
        {
            Step step = Next(ref _pageCursor, rows - row);
            Span<byte> expiry = expiries[(row * SortedRoutes.ExpirySize)..];
            Span<byte> home = homes[(row * SortedRoutes.HomesSize)..];
            if (step.Change < 0)
            {
                _sorted.CopyRows(
                    step.Row, wallets.Slice(row * Address.Size, step.Rows * Address.Size), expiry, home);
            }
            else
            {
                (Address wallet, RouteRow change) = _changes[step.Change];
                wallet.CopyTo(wallets[(row * Address.Size)..]);
                BinaryPrimitives.WriteUInt64BigEndian(expiry, change.Route.Packed.ExpiresUnixSeconds);
                BinaryPrimitives.WriteUInt32BigEndian(home, HomesOf(change));
            }

            row += step.Rows;
        }
    }

    /// <summary>Lets the pages be read once more.</summary>
    public void RewindPages() => _pageCursor = default;

    /// <summary>Reads the next places of the order.</summary>
    public void ReadOrder(Span<byte> places)
    {
        while (!places.IsEmpty)
        {
            int row;
            if (_liveChange < _liveChanges.Length && _livePlaces[_liveChange] == _place)
            {
                row = RowOf(_liveChanges[_liveChange++]);
            }
            else
            {
                row = _sorted.RowAtPlace(_place++);
                if (IsReplaced(row))
                    continue;
                row = Shift(row);
            }

            BinaryPrimitives.WriteUInt32BigEndian(places, (uint)row);
            places = places[SortedRoutes.PlaceSize..];
        }
    }

    /// <summary>
    /// Reads the next details; as many records as a span has room for. False if one of them is unreadable.
    /// </summary>
    /// <param name="reader">Of the sorted routes' details, the same every time.</param>
    /// <param name="records">Receives them.</param>
    public bool TryReadDetails(RouteDetails.Reader reader, Span<byte> records)
    {
        while (!records.IsEmpty)
        {
            Step step = Next(ref _detailCursor, records.Length / RouteDetailLayout.Size);
            if (step.Change >= 0)
                RouteDetailLayout.Write(records, _changes[step.Change].Value);
            for (int i = 0; i < step.Rows && step.Change < 0; i++)
            {
                if (!reader.TryCopy(
                    _sorted.DetailAt(step.Row + i),
                    records.Slice(i * RouteDetailLayout.Size, RouteDetailLayout.Size)))
                {
                    return false;
                }
            }

            records = records[(step.Rows * RouteDetailLayout.Size)..];
        }

        return true;
    }

    /// <summary>The whole in memory. Details that are stored stay there, unread.</summary>
    public SortedRoutes ToRoutes()
    {
        byte[][] pages = new byte[SortedRoutes.Pieces(Count, SortedRoutes.PageRows)][];
        for (int i = 0; i < pages.Length; i++)
        {
            int rows = Math.Min(SortedRoutes.PageRows, Count - (i * SortedRoutes.PageRows));
            pages[i] = GC.AllocateUninitializedArray<byte>(rows * SortedRoutes.RowSize);
            ReadPage(pages[i]);
        }

        byte[][] order = new byte[SortedRoutes.Pieces(LiveCount, SortedRoutes.OrderPlaces)][];
        for (int i = 0; i < order.Length; i++)
        {
            int places = Math.Min(SortedRoutes.OrderPlaces, LiveCount - (i * SortedRoutes.OrderPlaces));
            order[i] = GC.AllocateUninitializedArray<byte>(places * SortedRoutes.PlaceSize);
            ReadOrder(order[i]);
        }

        (RouteDetails details, uint[] indexes) = MergeDetails();
        return new SortedRoutes(Count, pages, LiveCount, order, details, indexes);
    }

    /// <summary>Adds the details of the changes; leaves out what is of use no more if that is much.</summary>
    private (RouteDetails Details, uint[] Indexes) MergeDetails()
    {
        RouteDetails old = _sorted.Details;
        uint[] indexes = GC.AllocateUninitializedArray<uint>(Count);
        int inMemory = 0;
        for (int at = 0; at < Count;)
        {
            Step step = Next(ref _detailCursor, Count - at);
            for (int i = 0; i < step.Rows; i++, at++)
            {
                indexes[at] = step.Change < 0
                    ? _sorted.DetailAt(step.Row + i)
                    : old.Add(_changes[step.Change].Value);
                inMemory += indexes[at] >= old.StoredCount ? 1 : 0;
            }
        }

        if (old.AddedCount < UselessDetailsKept + (2 * (long)inMemory))
            return (old, indexes);
        RouteDetails details = old.Renew();
        RouteDetails.Reader reader = old.CreateReader();
        Span<byte> record = stackalloc byte[RouteDetailLayout.Size];
        foreach (ref uint index in indexes.AsSpan())
        {
            if (index < old.StoredCount)
                continue;
            reader.TryCopy(index, record); // in memory: it always succeeds
            index = details.Add(record);
        }

        return (details, indexes);
    }

    private uint HomesOf(RouteRow row) =>
        row.Route.IsLive ? _homeSets.IndexOf(row.Homes) : SortedRoutes.NoHomes;

    private bool IsInsert(int change)
    {
        int next = change + 1;
        int insertedUpTo = next < _changes.Length ? _insertedBefore[next] : _insertRows.Length;
        return insertedUpTo > _insertedBefore[change];
    }

    private bool IsReplaced(int row) => (_replaced[row / 64] >> (row % 64) & 1) != 0;

    /// <summary>Number of a change's row in the whole.</summary>
    private int RowOf(int change) => _rows[change] + _insertedBefore[change];

    /// <summary>
    /// Number in the whole of a row that was there: so many more as were inserted up to it.
    /// </summary>
    private int Shift(int row)
    {
        int low = _shifts[row / ShiftGroup];
        for (int high = _shifts[(row / ShiftGroup) + 1]; low < high;)
        {
            int middle = (low + high) / 2;
            if (_insertRows[middle] <= row)
                low = middle + 1;
            else
                high = middle;
        }

        return row + low;
    }

    /// <summary>For each group of rows how many were inserted before it, so that a search is short.</summary>
    private int[] MakeShifts()
    {
        int[] shifts = new int[(_sorted.Count / ShiftGroup) + 2];
        int inserts = 0;
        for (int group = 0; group < shifts.Length; group++)
        {
            while (inserts < _insertRows.Length && _insertRows[inserts] < (long)group * ShiftGroup)
                inserts++;
            shifts[group] = inserts;
        }

        return shifts;
    }

    private int[] SortLiveChanges()
    {
        int[] live = [.. Enumerable.Range(0, _changes.Length).Where(i => _changes[i].Value.Route.IsLive)];
        Array.Sort(live, (x, y) =>
        {
            int order = Expiry(x).CompareTo(Expiry(y));
            return order == 0 ? x.CompareTo(y) : order;
        });
        return live;

        ulong Expiry(int change) => _changes[change].Value.Route.Packed.ExpiresUnixSeconds;
    }

    /// <summary>Place of the old order before which a live change comes.</summary>
    private int PlaceOf(int change)
    {
        ulong expiry = _changes[change].Value.Route.Packed.ExpiresUnixSeconds;
        int row = RowOf(change);
        int low = 0;
        for (int high = _sorted.LiveCount; low < high;)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            int other = _sorted.RowAtPlace(middle);
            int order = _sorted.ExpiryAt(other).CompareTo(expiry);
            if (order == 0)
                order = Shift(other).CompareTo(row);
            if (order < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>What comes next: rows that follow each other, or one change.</summary>
    private Step Next(ref Cursor cursor, int rowsMax)
    {
        int until = cursor.Change < _changes.Length ? _rows[cursor.Change] : _sorted.Count;
        if (cursor.Row < until)
        {
            int rows = Math.Min(until - cursor.Row, rowsMax);
            cursor.Row += rows;
            return new Step(cursor.Row - rows, rows, -1);
        }

        int change = cursor.Change++;
        cursor.Row += IsInsert(change) ? 0 : 1;
        return new Step(until, 1, change);
    }

    /// <summary>Where reading a column has come to.</summary>
    private struct Cursor
    {
        public int Row;
        public int Change;
    }

    /// <summary>Rows that were there, or one change; -1 for none.</summary>
    private readonly record struct Step(int Row, int Rows, int Change);
}
