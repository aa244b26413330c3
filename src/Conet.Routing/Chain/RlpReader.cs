using System.Buffers.Binary;

namespace Conet.Routing.Chain;

/// <summary>
/// A strict, non-allocating reader of RLP (Ethereum yellow paper, appendix B). Accepts only the one shortest
/// encoding of each item. It borrows the input and never throws on bad bytes: after the first failure every
/// read fails and <see cref="Error"/> says why.
/// </summary>
/// <remarks>
/// <code>
/// 00..7f          the byte itself            c0..f7 payload     list of 0..55 payload bytes
/// 80..b7 bytes    string of 0..55 bytes      f8..ff len payload list, 1..8 bytes of length
/// b8..bf len bytes string, 1..8 bytes of length (no leading zero, at least 56)
/// </code>
/// </remarks>
public ref struct RlpReader
{
    private const int ShortMax = 55;
    private const byte StringBase = 0x80, StringLongBase = 0xb7, ListBase = 0xc0, ListLongBase = 0xf7;

    private ReadOnlySpan<byte> _rest;
    private readonly int _depth;

    /// <summary>Starts reading a sequence of items.</summary>
    public RlpReader(ReadOnlySpan<byte> data) : this(data, 0)
    {
    }

    private RlpReader(ReadOnlySpan<byte> data, int depth)
    {
        _rest = data;
        _depth = depth;
        Error = RlpError.None;
    }

    /// <summary>The first failure, or <see cref="RlpError.None"/>.</summary>
    public RlpError Error { get; private set; }

    /// <summary>True when nothing is left to read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Bytes not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>True when the next item is a list; false at the end too.</summary>
    public readonly bool IsListNext => !_rest.IsEmpty && _rest[0] >= ListBase;

    /// <summary>Reads a byte string; <paramref name="bytes"/> is a slice of the input.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> bytes) => TryReadItem(wantList: false, out bytes, out _);

    /// <summary>Reads a byte string of exactly the size of <paramref name="destination"/>.</summary>
    public bool TryReadFixed(scoped Span<byte> destination)
    {
        if (!TryReadBytes(out ReadOnlySpan<byte> bytes)) return false;
        if (bytes.Length != destination.Length) return Fail(RlpError.BadInteger);
        bytes.CopyTo(destination);
        return true;
    }

    /// <summary>Reads a list; <paramref name="items"/> reads what is inside.</summary>
    public bool TryReadList(out RlpReader items)
    {
        items = default;
        if (_depth >= ChainLimits.RlpDepthMax) return Fail(RlpError.TooDeep);
        if (!TryReadItem(wantList: true, out ReadOnlySpan<byte> payload, out _)) return false;
        items = new RlpReader(payload, _depth + 1);
        return true;
    }

    /// <summary>Reads any one item with its prefix, without looking inside a list.</summary>
    public bool TryReadRaw(out ReadOnlySpan<byte> item)
    {
        bool wantList = IsListNext;
        return TryReadItem(wantList, out _, out item);
    }

    /// <summary>Reads a big-endian integer without leading zeros.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        value = 0;
        return TryReadUInt256(out UInt256 wide) && (wide.TryToUInt64(out value) || Fail(RlpError.BadInteger));
    }

    /// <summary>Reads a big-endian integer without leading zeros.</summary>
    public bool TryReadUInt256(out UInt256 value)
    {
        value = default;
        if (!TryReadBytes(out ReadOnlySpan<byte> bytes)) return false;
        if (bytes.Length > UInt256.Size || (bytes.Length > 0 && bytes[0] == 0))
            return Fail(RlpError.BadInteger);
        value = UInt256.FromBigEndian(bytes);
        return true;
    }

    /// <summary>True when everything was read and nothing failed; else <see cref="Error"/> is set.</summary>
    public bool TryFinish()
    {
        if (Error != RlpError.None) return false;
        return _rest.IsEmpty || Fail(RlpError.TrailingBytes);
    }

    /// <summary>
    /// Checks that <paramref name="data"/> is exactly one canonical item, all the way down.
    /// </summary>
    public static bool TryValidate(ReadOnlySpan<byte> data, out RlpError error)
    {
        RlpReader reader = new(data);
        bool valid = Walk(ref reader, single: true) && reader.TryFinish();
        error = reader.Error;
        return valid;
    }

    // Recursion is bounded by RlpDepthMax through TryReadList.
    private static bool Walk(ref RlpReader reader, bool single)
    {
        do
        {
            if (reader.IsAtEnd) return !single || reader.Fail(RlpError.Truncated);
            if (!reader.IsListNext)
            {
                if (!reader.TryReadBytes(out _)) return false;
                continue;
            }
            if (!reader.TryReadList(out RlpReader items)) return false;
            if (!Walk(ref items, single: false)) return reader.Fail(items.Error);
        }
        while (!single);
        return true;
    }

    private bool TryReadItem(bool wantList, out ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> item)
    {
        payload = default;
        item = default;
        if (Error != RlpError.None) return false;
        if (_rest.IsEmpty) return Fail(RlpError.Truncated);
        byte first = _rest[0];
        if (first >= ListBase != wantList) return Fail(wantList ? RlpError.NotList : RlpError.NotBytes);
        if (first < StringBase)
        {
            payload = item = _rest[..1];
            _rest = _rest[1..];
            return true;
        }
        byte shortBase = wantList ? ListBase : StringBase;
        byte longBase = wantList ? ListLongBase : StringLongBase;
        int headerSize = 1;
        ulong length = (ulong)(first - shortBase);
        if (first > longBase && !TryReadLength(first - longBase, out length)) return false;
        if (first > longBase) headerSize += first - longBase;
        if (length > (ulong)(_rest.Length - headerSize)) return Fail(RlpError.Truncated);
        payload = _rest.Slice(headerSize, (int)length);
        item = _rest[..(headerSize + (int)length)];
        if (!wantList && payload.Length == 1 && payload[0] < StringBase)
        {
            payload = item = default;
            return Fail(RlpError.NotMinimal);
        }
        _rest = _rest[item.Length..];
        return true;
    }

    private bool TryReadLength(int size, out ulong length)
    {
        length = 0;
        if (_rest.Length < 1 + size) return Fail(RlpError.Truncated);
        ReadOnlySpan<byte> digits = _rest.Slice(1, size);
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        wide.Clear();
        digits.CopyTo(wide[(sizeof(ulong) - size)..]);
        length = BinaryPrimitives.ReadUInt64BigEndian(wide);
        return (digits[0] != 0 && length > ShortMax) || Fail(RlpError.NotMinimal);
    }

    private bool Fail(RlpError error)
    {
        if (Error == RlpError.None) Error = error;
        return false;
    }
}
