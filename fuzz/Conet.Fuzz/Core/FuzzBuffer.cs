namespace Conet.Fuzz.Core;

/// <summary>
/// An input that is being made: bytes whose number changes within a fixed room. Never grows, never throws for
/// lack of room: what does not fit is cut off.
/// </summary>
public sealed class FuzzBuffer
{
    private readonly byte[] _bytes;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="bytesMax">Most bytes it can hold.</param>
    public FuzzBuffer(int bytesMax) => _bytes = new byte[bytesMax];

    /// <summary>Bytes in it.</summary>
    public int Length { get; private set; }

    /// <summary>Most bytes it can hold.</summary>
    public int BytesMax => _bytes.Length;

    /// <summary>The bytes, to read and to change in place.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Replaces everything.</summary>
    public void Set(ReadOnlySpan<byte> bytes)
    {
        Length = Math.Min(bytes.Length, _bytes.Length);
        bytes[..Length].CopyTo(_bytes);
    }

    /// <summary>Cuts off, or fills up with a byte.</summary>
    public void Resize(int length, byte fill = 0)
    {
        length = Math.Clamp(length, 0, _bytes.Length);
        if (length > Length)
            _bytes.AsSpan(Length, length - Length).Fill(fill);
        Length = length;
    }

    /// <summary>Takes bytes out.</summary>
    public void Remove(int at, int count)
    {
        at = Math.Clamp(at, 0, Length);
        count = Math.Clamp(count, 0, Length - at);
        _bytes.AsSpan(at + count, Length - at - count).CopyTo(_bytes.AsSpan(at));
        Length -= count;
    }

    /// <summary>Puts bytes in; they may be a part of this buffer.</summary>
    public void Insert(int at, ReadOnlySpan<byte> bytes)
    {
        at = Math.Clamp(at, 0, Length);
        byte[] copy = bytes[..Math.Min(bytes.Length, _bytes.Length - at)].ToArray();
        int kept = Math.Min(Length - at, _bytes.Length - at - copy.Length);
        _bytes.AsSpan(at, kept).CopyTo(_bytes.AsSpan(at + copy.Length));
        copy.CopyTo(_bytes, at);
        Length = at + copy.Length + kept;
    }

    /// <summary>Writes over what is there; what reaches beyond the end is cut off.</summary>
    public void Overwrite(int at, ReadOnlySpan<byte> bytes)
    {
        at = Math.Clamp(at, 0, Length);
        bytes[..Math.Min(bytes.Length, Length - at)].CopyTo(_bytes.AsSpan(at));
    }

    /// <summary>Takes a part out and puts another in its place.</summary>
    public void Replace(int at, int count, ReadOnlySpan<byte> bytes)
    {
        Remove(at, count);
        Insert(at, bytes);
    }
}
