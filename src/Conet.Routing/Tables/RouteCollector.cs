using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Makes a table of very many routes, whatever their order: packs each when it comes, and sorts once. About
/// 160 bytes a route beside the trie. One thread; <see cref="TryBuild"/> once.
/// </summary>
internal sealed class RouteCollector
{
    private readonly HomeSets _homeSets = new();
    private readonly RouteDetails _details = new(null);
    private readonly List<Address> _wallets = [];
    private readonly List<ulong> _expiries = [];
    private readonly List<uint> _homes = [];

    /// <summary>Routes so far.</summary>
    public int Count => _wallets.Count;

    /// <summary>Adds a route, live or cleared.</summary>
    public void Add(in Address wallet, RouteRow row)
    {
        _details.Add(row);
        _wallets.Add(wallet);
        _expiries.Add(row.Route.Packed.ExpiresUnixSeconds);
        _homes.Add(row.Route.IsLive ? _homeSets.IndexOf(row.Homes) : SortedRoutes.NoHomes);
    }

    /// <summary>The table, without nodes and positions. False if a wallet was added twice.</summary>
    /// <param name="secret">As in <see cref="RouteTable.Create(ReadOnlySpan{byte})"/>.</param>
    /// <param name="timeSeconds">Time of the block.</param>
    /// <param name="table">The table, or null.</param>
    public bool TryBuild(
        ReadOnlySpan<byte> secret, ulong timeSeconds, [NotNullWhen(true)] out RouteTable? table)
    {
        table = null;
        uint[] added = new uint[Count];
        for (int i = 0; i < added.Length; i++)
            added[i] = (uint)i;
        Span<Address> wallets = CollectionsMarshal.AsSpan(_wallets);
        wallets.Sort(added.AsSpan());
        for (int row = 1; row < wallets.Length; row++)
        {
            if (wallets[row] == wallets[row - 1])
                return false;
        }

        byte[][] pages = new byte[SortedRoutes.Pieces(Count, SortedRoutes.PageRows)][];
        for (int i = 0; i < pages.Length; i++)
            pages[i] = MakePage(i * SortedRoutes.PageRows, added);
        byte[][] order = MakeOrder(added, out int live);
        SortedRoutes routes = new(Count, pages, live, order, _details, added);
        table = RouteTable.Load(secret, routes, _homeSets, timeSeconds);
        return true;
    }

    private byte[] MakePage(int first, uint[] added)
    {
        int rows = Math.Min(SortedRoutes.PageRows, Count - first);
        byte[] page = GC.AllocateUninitializedArray<byte>(rows * SortedRoutes.RowSize);
        Span<byte> expiries = page.AsSpan(rows * Address.Size);
        Span<byte> homes = expiries[(rows * SortedRoutes.ExpirySize)..];
        for (int row = 0; row < rows; row++)
        {
            int at = (int)added[first + row];
            _wallets[first + row].CopyTo(page.AsSpan(row * Address.Size));
            BinaryPrimitives.WriteUInt64BigEndian(expiries[(row * SortedRoutes.ExpirySize)..], _expiries[at]);
            BinaryPrimitives.WriteUInt32BigEndian(homes[(row * SortedRoutes.HomesSize)..], _homes[at]);
        }

        return page;
    }

    private byte[][] MakeOrder(uint[] added, out int live)
    {
        live = _homes.Count(homes => homes != SortedRoutes.NoHomes);
        ulong[] expiries = new ulong[live];
        uint[] rows = new uint[live];
        for (int row = 0, place = 0; row < added.Length; row++)
        {
            if (_homes[(int)added[row]] != SortedRoutes.NoHomes)
                (expiries[place], rows[place++]) = (_expiries[(int)added[row]], (uint)row);
        }

        Array.Sort(expiries, rows);
        for (int start = 0, end; start < live; start = end)
        {
            for (end = start + 1; end < live && expiries[end] == expiries[start];)
                end++;
            Array.Sort(rows, start, end - start);
        }

        byte[][] order = new byte[SortedRoutes.Pieces(live, SortedRoutes.OrderPlaces)][];
        for (int place = 0; place < live; place++)
        {
            (int piece, int at) = Math.DivRem(place, SortedRoutes.OrderPlaces);
            int places = Math.Min(SortedRoutes.OrderPlaces, live - place);
            order[piece] ??= new byte[places * SortedRoutes.PlaceSize];
            BinaryPrimitives.WriteUInt32BigEndian(
                order[piece].AsSpan(at * SortedRoutes.PlaceSize), rows[place]);
        }

        return order;
    }
}
