using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Writes call data: a selector and words. Dynamic bytes may come last, which is all that our functions need.
/// </summary>
internal ref struct AbiCallWriter
{
    public const int SelectorSize = 4;
    private const int Word = AbiType.WordSize;

    private readonly byte[] _data;
    private readonly int _headSize;
    private int _at;

    /// <param name="selector">Function selector.</param>
    /// <param name="words">Words in the head.</param>
    /// <param name="tailBytes">Length of the one dynamic byte string, or -1 for none.</param>
    public AbiCallWriter(uint selector, int words, int tailBytes = -1)
    {
        _headSize = words * Word;
        int tail = tailBytes < 0 ? 0 : Word + (tailBytes + Word - 1) / Word * Word;
        _data = new byte[SelectorSize + _headSize + tail];
        BinaryPrimitives.WriteUInt32BigEndian(_data, selector);
        _at = SelectorSize;
    }

    public void Write(in UInt256 value) => value.WriteBigEndian(Next());

    public void Write(in Bytes32 value) => value.CopyTo(Next());

    public void Write(in Address value) => value.CopyTo(Next()[(Word - Address.Size)..]);

    public void WriteBytes16(UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(Next(), value);

    /// <summary>
    /// Writes the offset of the tail and the tail itself; the head must be complete with it.
    /// </summary>
    public void WriteTail(ReadOnlySpan<byte> bytes)
    {
        Write((UInt256)(ulong)_headSize);
        Span<byte> tail = _data.AsSpan(SelectorSize + _headSize);
        ((UInt256)(ulong)bytes.Length).WriteBigEndian(tail);
        bytes.CopyTo(tail[Word..]);
    }

    public readonly byte[] Finish()
    {
        if (_at != SelectorSize + _headSize) throw new InvalidOperationException("The head is not complete.");
        return _data;
    }

    private Span<byte> Next()
    {
        if (_at >= SelectorSize + _headSize) throw new InvalidOperationException("The head is full.");
        Span<byte> word = _data.AsSpan(_at, Word);
        _at += Word;
        return word;
    }
}
