using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Those of sorted routes that are in force at a time, numbered, for whoever makes a trie of them. Immutable;
/// any thread.
/// </summary>
internal sealed class RoutesInForce
{
    private const int GroupRows = 1_024;

    private readonly SortedRoutes _routes;
    private readonly ulong _timeSeconds;

    /// <summary>How many of the groups before each; the last one is the number of all.</summary>
    private readonly int[] _before;

    public RoutesInForce(SortedRoutes routes, ulong timeSeconds)
    {
        _routes = routes;
        _timeSeconds = timeSeconds;
        _before = new int[SortedRoutes.Pieces(routes.Count, GroupRows) + 1];
        if (_before.Length > 2)
            Parallel.For(0, _before.Length - 1, Count);
        else if (_before.Length == 2)
            Count(0);
        for (int group = 1; group < _before.Length; group++)
            _before[group] += _before[group - 1];

        void Count(int group)
        {
            int end = (int)Math.Min(routes.Count, (group + 1L) * GroupRows);
            int inForce = 0;
            for (int row = group * GroupRows; row < end; row++)
                inForce += routes.ExpiryAt(row) > timeSeconds ? 1 : 0;
            _before[group + 1] = inForce;
        }
    }

    /// <summary>How many there are.</summary>
    public int Total => _before[^1];

    /// <summary>Gives wallets and indexes of homes, as a <see cref="RouteReader"/> does.</summary>
    public void Read(long first, Span<byte> addresses, Span<uint> values)
    {
        int found = Array.BinarySearch(_before, (int)first);
        int group = found < 0 ? ~found - 1 : found;
        int toSkip = (int)first - _before[group];
        int at = 0;
        Span<byte> wallets = stackalloc byte[Address.Size * GroupRows];
        Span<byte> expiries = stackalloc byte[SortedRoutes.ExpirySize * GroupRows];
        Span<byte> homes = stackalloc byte[SortedRoutes.HomesSize * GroupRows];
        for (; at < values.Length; group++)
        {
            int firstRow = group * GroupRows;
            int rows = Math.Min(GroupRows, _routes.Count - firstRow);
            _routes.CopyRows(firstRow, wallets[..(rows * Address.Size)], expiries, homes);
            for (int row = 0; row < rows && at < values.Length; row++)
            {
                ulong expiry = BinaryPrimitives.ReadUInt64BigEndian(expiries[(row * sizeof(ulong))..]);
                if (expiry <= _timeSeconds || toSkip-- > 0)
                    continue;
                wallets.Slice(row * Address.Size, Address.Size).CopyTo(addresses[(at * Address.Size)..]);
                values[at++] = BinaryPrimitives.ReadUInt32BigEndian(homes[(row * sizeof(uint))..]);
            }
        }
    }
}
