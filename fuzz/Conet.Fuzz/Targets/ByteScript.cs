namespace Conet.Fuzz.Targets;

/// <summary>
/// Reads an input as the orders of a state machine: small numbers, one after the other, until it ends.
/// </summary>
internal ref struct ByteScript(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The next byte; 0 after the end.</summary>
    public byte Byte()
    {
        if (_rest.IsEmpty)
            return 0;
        byte first = _rest[0];
        _rest = _rest[1..];
        return first;
    }

    /// <summary>0 to <paramref name="end"/>, exclusive.</summary>
    public int Below(int end) => Byte() % end;

    /// <summary>Two bytes, big-endian.</summary>
    public ushort UInt16() => (ushort)((Byte() << 8) | Byte());

    /// <summary>At most that many bytes, as far as there are any.</summary>
    public ReadOnlySpan<byte> Bytes(int most)
    {
        ReadOnlySpan<byte> taken = _rest[..Math.Min(most, _rest.Length)];
        _rest = _rest[taken.Length..];
        return taken;
    }
}
