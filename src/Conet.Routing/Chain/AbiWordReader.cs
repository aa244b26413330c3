using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Reads static ABI words one after the other, strictly and without allocation: what the decoders of our own
/// functions and events are made of. After the first failure every read fails.
/// </summary>
internal ref struct AbiWordReader(ReadOnlySpan<byte> data)
{
    private const int Word = AbiType.WordSize;

    private ReadOnlySpan<byte> _rest = data;

    public AbiError Error { get; private set; }

    public bool TryReadUInt256(out UInt256 value)
    {
        bool read = TryReadWord(out ReadOnlySpan<byte> word);
        value = read ? UInt256.FromBigEndian(word) : default;
        return read;
    }

    public bool TryReadBytes32(out Bytes32 value)
    {
        bool read = TryReadWord(out ReadOnlySpan<byte> word);
        value = read ? new Bytes32(word) : default;
        return read;
    }

    /// <summary>bytes16: the upper half of the word.</summary>
    public bool TryReadBytes16(out UInt128 value)
    {
        value = default;
        if (!TryReadWord(out ReadOnlySpan<byte> word)) return false;
        value = BinaryPrimitives.ReadUInt128BigEndian(word);
        return BinaryPrimitives.ReadUInt128BigEndian(word[16..]) == 0 || Fail(AbiError.BadPadding);
    }

    public bool TryReadAddress(out Address value)
    {
        value = default;
        if (!TryReadWord(out ReadOnlySpan<byte> word)) return false;
        if (word[..(Word - Address.Size)].ContainsAnyExcept((byte)0)) return Fail(AbiError.OutOfRange);
        value = new Address(word[(Word - Address.Size)..]);
        return true;
    }

    public bool TryReadUInt128(out UInt128 value)
    {
        value = default;
        return TryReadUInt256(out UInt256 wide)
            && (wide.TryToUInt128(out value) || Fail(AbiError.OutOfRange));
    }

    public bool TryReadUInt64(out ulong value)
    {
        value = default;
        return TryReadUInt256(out UInt256 wide) && (wide.TryToUInt64(out value) || Fail(AbiError.OutOfRange));
    }

    public bool TryReadUInt32(out uint value)
    {
        value = default;
        if (!TryReadUInt64(out ulong wide)) return false;
        value = (uint)wide;
        return wide <= uint.MaxValue || Fail(AbiError.OutOfRange);
    }

    public bool TryReadUInt16(out ushort value)
    {
        value = default;
        if (!TryReadUInt64(out ulong wide)) return false;
        value = (ushort)wide;
        return wide <= ushort.MaxValue || Fail(AbiError.OutOfRange);
    }

    public bool TryReadUInt8(out byte value)
    {
        value = default;
        if (!TryReadUInt64(out ulong wide)) return false;
        value = (byte)wide;
        return wide <= byte.MaxValue || Fail(AbiError.OutOfRange);
    }

    public bool TryFinish() => Error == AbiError.None && (_rest.IsEmpty || Fail(AbiError.TrailingBytes));

    public bool Fail(AbiError error)
    {
        if (Error == AbiError.None) Error = error;
        return false;
    }

    private bool TryReadWord(out ReadOnlySpan<byte> word)
    {
        word = default;
        if (Error != AbiError.None) return false;
        if (_rest.Length < Word) return Fail(AbiError.Truncated);
        word = _rest[..Word];
        _rest = _rest[Word..];
        return true;
    }
}
