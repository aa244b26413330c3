using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Routes sorted by wallet, 36 bytes each beside their details: what look-ups, expiry and a snapshot file
/// need, as it lies in the file. Immutable; any thread.
/// </summary>
/// <remarks>
/// <code>
///   page:   wallet 20 of each row | expiry 8 of each row | index of homes 4 of each row
///   order:  4 for each live route, its row; by expiry, then by row
/// </code>
/// Integers are big-endian. Every page has <see cref="PageRows"/> rows and every piece of the order
/// <see cref="OrderPlaces"/> places, but for the last ones. A cleared route has expiry 0 and
/// <see cref="NoHomes"/>, and no place in the order.
/// </remarks>
internal sealed class SortedRoutes
{
    /// <summary>Rows of a page: 2 MiB, the unit in which two cores share the work of loading.</summary>
    public const int PageRows = 1 << PageShift;

    /// <summary>Places of a piece of the order: 1 MiB.</summary>
    public const int OrderPlaces = 1 << OrderShift;

    /// <summary>Bytes of a row in a page.</summary>
    public const int RowSize = Address.Size + ExpirySize + HomesSize;

    /// <summary>Bytes of an expiry.</summary>
    public const int ExpirySize = sizeof(ulong);

    /// <summary>Bytes of an index of homes.</summary>
    public const int HomesSize = sizeof(uint);

    /// <summary>Bytes of a place in the order.</summary>
    public const int PlaceSize = sizeof(uint);

    /// <summary>In place of an index of homes: a cleared route.</summary>
    public const uint NoHomes = uint.MaxValue;

    private const int PageShift = 16;
    private const int OrderShift = 18;

    private readonly byte[][] _pages;
    private readonly byte[][] _order;
    private readonly uint[]? _detailIndexes;

    /// <param name="count">Rows.</param>
    /// <param name="pages">As above; taken over.</param>
    /// <param name="liveCount">Live routes.</param>
    /// <param name="order">As above; taken over.</param>
    /// <param name="details">Where the details are.</param>
    /// <param name="detailIndexes">For each row; null if they are the numbers of the rows.</param>
    public SortedRoutes(
        int count, byte[][] pages, int liveCount, byte[][] order, RouteDetails details, uint[]? detailIndexes)
    {
        Count = count;
        LiveCount = liveCount;
        Details = details;
        _pages = pages;
        _order = order;
        _detailIndexes = detailIndexes;
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Rows that are not cleared.</summary>
    public int LiveCount { get; }

    /// <summary>Where the details are.</summary>
    public RouteDetails Details { get; }

    /// <summary>None.</summary>
    public static SortedRoutes Create() => new(0, [], 0, [], new RouteDetails(null), null);

    /// <summary>Pages or pieces that a number of things takes.</summary>
    public static int Pieces(int count, int perPiece) => (int)(((long)count + perPiece - 1) / perPiece);

    /// <summary>Wallet of a row.</summary>
    public Address WalletAt(int row)
    {
        byte[] page = _pages[row >> PageShift];
        return new Address(page.AsSpan((row & (PageRows - 1)) * Address.Size, Address.Size));
    }

    /// <summary>Expiry of a row; 0 for a cleared route.</summary>
    public ulong ExpiryAt(int row)
    {
        byte[] page = _pages[row >> PageShift];
        int at = (page.Length / RowSize * Address.Size) + ((row & (PageRows - 1)) * ExpirySize);
        return BinaryPrimitives.ReadUInt64BigEndian(page.AsSpan(at));
    }

    /// <summary>Index of the homes of a row, or <see cref="NoHomes"/>.</summary>
    public uint HomesAt(int row)
    {
        byte[] page = _pages[row >> PageShift];
        int at = (page.Length / RowSize * (Address.Size + ExpirySize))
            + ((row & (PageRows - 1)) * HomesSize);
        return BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at));
    }

    /// <summary>Row of a place in the order.</summary>
    public int RowAtPlace(int place) => (int)BinaryPrimitives.ReadUInt32BigEndian(
        _order[place >> OrderShift].AsSpan((place & (OrderPlaces - 1)) * PlaceSize));

    /// <summary>Index of the details of a row.</summary>
    public uint DetailAt(int row) => _detailIndexes is null ? (uint)row : _detailIndexes[row];

    /// <summary>The first row whose wallet is not before one; <see cref="Count"/> if there is none.</summary>
    public int RowFrom(in Address wallet)
    {
        int low = 0;
        for (int high = Count; low < high;)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            if (WalletAt(middle) < wallet)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Finds a wallet.</summary>
    public bool TryFind(in Address wallet, out int row)
    {
        row = RowFrom(wallet);
        return row < Count && WalletAt(row) == wallet;
    }

    /// <summary>The first place of the order whose route ends after a time.</summary>
    public int PlaceAfter(ulong timeSeconds)
    {
        int low = 0;
        for (int high = LiveCount; low < high;)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            if (ExpiryAt(RowAtPlace(middle)) <= timeSeconds)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Copies rows that follow each other.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="wallets">Receives their wallets; as long as rows are wanted.</param>
    /// <param name="expiries">Receives their expiries.</param>
    /// <param name="homes">Receives their indexes of homes.</param>
    public void CopyRows(int first, Span<byte> wallets, Span<byte> expiries, Span<byte> homes)
    {
        while (!wallets.IsEmpty)
        {
            byte[] page = _pages[first >> PageShift];
            int pageRows = page.Length / RowSize;
            int at = first & (PageRows - 1);
            int rows = Math.Min(wallets.Length / Address.Size, pageRows - at);
            Move(page, 0, at, rows, Address.Size, ref wallets);
            Move(page, pageRows * Address.Size, at, rows, ExpirySize, ref expiries);
            Move(page, pageRows * (Address.Size + ExpirySize), at, rows, HomesSize, ref homes);
            first += rows;
        }
    }

    private static void Move(byte[] page, int column, int at, int rows, int size, ref Span<byte> destination)
    {
        page.AsSpan(column + (at * size), rows * size).CopyTo(destination);
        destination = destination[(rows * size)..];
    }
}
