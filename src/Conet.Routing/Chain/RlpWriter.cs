using System.Buffers.Binary;
using System.Numerics;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Writes canonical RLP into a growing buffer. Lists are opened with <see cref="BeginList"/> and closed in
/// reverse order. Not thread-safe.
/// </summary>
public sealed class RlpWriter
{
    private const int ShortMax = 55;
    private byte[] _buffer;
    private int _size;
    private int _open;

    /// <summary>A writer with room for <paramref name="capacityBytes"/> to start with.</summary>
    public RlpWriter(int capacityBytes = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        _buffer = new byte[Math.Max(16, capacityBytes)];
    }

    /// <summary>What was written so far; valid until the next write.</summary>
    /// <exception cref="InvalidOperationException">A list is still open.</exception>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            if (_open != 0) throw new InvalidOperationException("A list is still open.");
            return _buffer.AsSpan(0, _size);
        }
    }

    /// <summary>A new array of what was written.</summary>
    public byte[] ToArray() => Written.ToArray();

    /// <summary>Opens a list; hand the result to <see cref="EndList"/>.</summary>
    public int BeginList()
    {
        _open++;
        return _size;
    }

    /// <summary>Closes the list opened last.</summary>
    public void EndList(int mark)
    {
        if (_open == 0 || (uint)mark > (uint)_size)
            throw new InvalidOperationException("No such list is open.");
        _open--;
        int length = _size - mark;
        int headerSize = HeaderSize(length);
        Reserve(headerSize);
        _buffer.AsSpan(mark, length).CopyTo(_buffer.AsSpan(mark + headerSize));
        WriteHeader(_buffer.AsSpan(mark, headerSize), length, shortBase: 0xc0);
        _size += headerSize;
    }

    /// <summary>Writes a byte string.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        int headerSize = bytes.Length == 1 && bytes[0] < 0x80 ? 0 : HeaderSize(bytes.Length);
        Reserve(headerSize + bytes.Length);
        if (headerSize > 0) WriteHeader(_buffer.AsSpan(_size, headerSize), bytes.Length, shortBase: 0x80);
        bytes.CopyTo(_buffer.AsSpan(_size + headerSize));
        _size += headerSize + bytes.Length;
    }

    /// <summary>Writes an integer: big-endian without leading zeros, the empty string for zero.</summary>
    public void WriteUInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        WriteBytes(bytes[(BitOperations.LeadingZeroCount(value) / 8)..]);
    }

    /// <summary>Writes an integer: big-endian without leading zeros, the empty string for zero.</summary>
    public void WriteUInt256(in UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        value.WriteBigEndian(bytes);
        WriteBytes(bytes.TrimStart((byte)0));
    }

    /// <summary>Writes a 20-byte address.</summary>
    public void WriteAddress(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        WriteBytes(bytes);
    }

    /// <summary>Writes a 32-byte value.</summary>
    public void WriteBytes32(in Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        value.CopyTo(bytes);
        WriteBytes(bytes);
    }

    /// <summary>Appends bytes that are RLP already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> encoded)
    {
        Reserve(encoded.Length);
        encoded.CopyTo(_buffer.AsSpan(_size));
        _size += encoded.Length;
    }

    private static int HeaderSize(int length) => length <= ShortMax ? 1 : 1 + LengthSize(length);

    private static int LengthSize(int length) => 4 - BitOperations.LeadingZeroCount((uint)length) / 8;

    private static void WriteHeader(Span<byte> header, int length, byte shortBase)
    {
        if (length <= ShortMax)
        {
            header[0] = (byte)(shortBase + length);
            return;
        }
        int size = LengthSize(length);
        header[0] = (byte)(shortBase + ShortMax + size);
        for (int i = 0; i < size; i++) header[1 + i] = (byte)(length >> (8 * (size - 1 - i)));
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _size >= bytes) return;
        Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, checked(_size + bytes)));
    }
}
