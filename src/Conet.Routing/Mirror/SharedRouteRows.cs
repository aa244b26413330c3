using System.Buffers.Binary;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Routes of a shared snapshot as a table holds them, added in the order of the file: so millions of them
/// cost no more than their bytes. One thread; <see cref="Finish"/> once.
/// </summary>
internal sealed class SharedRouteRows
{
    private readonly byte[][] _pages;
    private readonly RouteDetails _details = new(null);
    private readonly ulong[] _expiries;
    private readonly int[] _liveRows;
    private int _count;
    private int _live;

    /// <summary>Room for so many routes.</summary>
    public SharedRouteRows(int count)
    {
        _pages = new byte[SortedRoutes.Pieces(count, SortedRoutes.PageRows)][];
        for (int page = 0; page < _pages.Length; page++)
        {
            int rows = Math.Min(SortedRoutes.PageRows, count - (page * SortedRoutes.PageRows));
            _pages[page] = GC.AllocateUninitializedArray<byte>(rows * SortedRoutes.RowSize);
        }

        _expiries = new ulong[count];
        _liveRows = new int[count];
    }

    /// <summary>What the indexes of homes stand for.</summary>
    public HomeSets HomeSets { get; } = new();

    /// <summary>Adds a route.</summary>
    /// <param name="wallet">Greater than the one before.</param>
    /// <param name="row">Its row.</param>
    public void Add(in Address wallet, RouteRow row)
    {
        (int number, int at) = Math.DivRem(_count, SortedRoutes.PageRows);
        Span<byte> page = _pages[number];
        int rows = page.Length / SortedRoutes.RowSize;
        Span<byte> expiries = page[(rows * Address.Size)..];
        Span<byte> homes = expiries[(rows * SortedRoutes.ExpirySize)..];
        ulong expiry = row.Route.Packed.ExpiresUnixSeconds;
        uint index = SortedRoutes.NoHomes;
        if (row.Route.IsLive)
        {
            index = HomeSets.IndexOf(row.Homes);
            _expiries[_live] = expiry;
            _liveRows[_live++] = _count;
        }

        wallet.CopyTo(page[(at * Address.Size)..]);
        BinaryPrimitives.WriteUInt64BigEndian(expiries[(at * SortedRoutes.ExpirySize)..], expiry);
        BinaryPrimitives.WriteUInt32BigEndian(homes[(at * SortedRoutes.HomesSize)..], index);
        _details.Add(row);
        _count++;
    }

    /// <summary>The routes. As many must have been added as there was room for.</summary>
    public SortedRoutes Finish()
    {
        Array.Sort(_expiries, _liveRows, 0, _live);
        for (int i = 1, run = 0; i <= _live; i++)
        {
            if (i < _live && _expiries[i] == _expiries[run])
                continue;
            Array.Sort(_liveRows, run, i - run);
            run = i;
        }

        byte[][] order = new byte[SortedRoutes.Pieces(_live, SortedRoutes.OrderPlaces)][];
        for (int piece = 0; piece < order.Length; piece++)
        {
            int first = piece * SortedRoutes.OrderPlaces;
            int places = Math.Min(SortedRoutes.OrderPlaces, _live - first);
            order[piece] = new byte[places * SortedRoutes.PlaceSize];
            for (int i = 0; i < places; i++)
            {
                BinaryPrimitives.WriteInt32BigEndian(
                    order[piece].AsSpan(i * SortedRoutes.PlaceSize), _liveRows[first + i]);
            }
        }

        return new SortedRoutes(_count, _pages, _live, order, _details, null);
    }
}
