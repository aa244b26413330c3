using System.Numerics;

namespace Conet.Wire.Forwarding;

/// <summary>
/// How much control one source prefix may cause: a token bucket per /24 of IPv4 or /48 of IPv6, in a table of
/// fixed size. The burst is the prefix's share of the control queue. A place is given to another prefix only
/// when its bucket is full again, so forgetting never forgives; prefixes that find no place share one bucket.
/// One thread; time is an argument.
/// </summary>
public sealed class ControlGate
{
    private const int SetPlaces = 4;
    private const long CellCost = 1_000;

    private readonly KeyedHash _hash;
    private readonly Place[] _places;
    private readonly int _setMask;
    private readonly long _tokensMax;
    private readonly long _tokensPerMs;
    private Place _overflow;
    private long _latestMs = long.MinValue;

    /// <summary>Makes a gate that has seen nobody.</summary>
    /// <param name="cellsPerSecond">Rate of one prefix, 1 or more.</param>
    /// <param name="burstCells">Cells of one prefix at once, 1 or more.</param>
    /// <param name="prefixesMax">Prefixes followed apart; rounded up to a power of two.</param>
    /// <param name="seed">32 random bytes, secret to this node.</param>
    public ControlGate(int cellsPerSecond, int burstCells, int prefixesMax, ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cellsPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(burstCells, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(prefixesMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixesMax, Limits.LocalAddresseesMax);
        _hash = new KeyedHash(seed);
        int sets = (int)BitOperations.RoundUpToPowerOf2((uint)((prefixesMax + SetPlaces - 1) / SetPlaces));
        _places = new Place[sets * SetPlaces];
        _setMask = sets - 1;
        _tokensMax = burstCells * CellCost;
        _tokensPerMs = cellsPerSecond;
        _overflow.Tokens = _tokensMax * Limits.ControlOverflowShare;
    }

    /// <summary>Makes a gate with the default limits.</summary>
    /// <param name="seed">32 random bytes, secret to this node.</param>
    public ControlGate(ReadOnlySpan<byte> seed)
        : this(
            Limits.ControlCellsPerSecond,
            Limits.ControlBurstCells,
            Limits.ControlPrefixesMax,
            seed)
    {
    }

    /// <summary>The /24 of an IPv4 or the /48 of an IPv6 address as a number that is never 0.</summary>
    public static ulong PrefixOf(in UdpEndpoint source) => source.IsIPv4
        ? (1UL << 63) | (source.IPv4 >> 8)
        : (1UL << 62) | (source.AddressHigh >> 16);

    /// <summary>Whether a control cell of that source may pass now; takes its token if so.</summary>
    /// <param name="source">Where the cell came from.</param>
    /// <param name="nowMs">
    /// Milliseconds of a clock that does not go back; if it does, no token is added.
    /// </param>
    public bool TryPass(in UdpEndpoint source, long nowMs)
    {
        nowMs = _latestMs = Math.Max(_latestMs, nowMs);
        ulong prefix = PrefixOf(source);
        int start = ((int)_hash.Of(prefix, 0, 0) & _setMask) * SetPlaces;
        Span<Place> set = _places.AsSpan(start, SetPlaces);
        int free = -1;
        for (int index = 0; index < set.Length; index++)
        {
            ref Place place = ref set[index];
            if (place.Prefix == prefix)
                return place.TryTake(nowMs, _tokensPerMs, _tokensMax);
            if (free < 0 && (place.Prefix == 0 || place.IsFullAt(nowMs, _tokensPerMs, _tokensMax)))
                free = index;
        }

        if (free < 0)
        {
            return _overflow.TryTake(
                nowMs,
                _tokensPerMs * Limits.ControlOverflowShare,
                _tokensMax * Limits.ControlOverflowShare);
        }

        set[free] = new Place { Prefix = prefix, Tokens = _tokensMax, LastMs = nowMs };
        return set[free].TryTake(nowMs, _tokensPerMs, _tokensMax);
    }

    private struct Place
    {
        public ulong Prefix;
        public long Tokens;
        public long LastMs;

        public readonly bool IsFullAt(long nowMs, long tokensPerMs, long tokensMax) =>
            TokensAt(nowMs, tokensPerMs, tokensMax) == tokensMax;

        public bool TryTake(long nowMs, long tokensPerMs, long tokensMax)
        {
            Tokens = TokensAt(nowMs, tokensPerMs, tokensMax);
            LastMs = nowMs;
            if (Tokens < CellCost)
                return false;
            Tokens -= CellCost;
            return true;
        }

        private readonly long TokensAt(long nowMs, long tokensPerMs, long tokensMax)
        {
            long elapsedMs = nowMs - LastMs;
            return elapsedMs > tokensMax / tokensPerMs
                ? tokensMax
                : Math.Min(tokensMax, Tokens + (elapsedMs * tokensPerMs));
        }
    }
}
