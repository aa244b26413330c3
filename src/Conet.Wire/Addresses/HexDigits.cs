using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Conet.Wire.Addresses;

/// <summary>
/// 20 bytes as 40 hex digits, and the letter case that EIP-55 asks for. Each operation takes the vector path
/// where there is one and has a scalar twin of the same meaning, which is the oracle of the tests. A vector
/// holds 16 digits; three of them cover 40, the last two overlapping by 8. Any thread.
/// </summary>
internal static class HexDigits
{
    internal const int Bytes = Address.Size;
    internal const int Digits = 2 * Bytes;

    private const int BlockBytes = sizeof(ulong);
    private const int BlockDigits = 2 * BlockBytes;
    private const int LastBlock = Bytes - BlockBytes;
    private const int LowerLetterOffset = 'a' - '0' - 10;
    private const byte CaseBit = 0x20;

    /// <summary>True if this machine takes the vector path.</summary>
    internal static bool IsVectorised => Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian;

    /// <summary>Reads 40 digits of either case; false, with the bytes undefined, if one is none.</summary>
    internal static bool TryDecode(ReadOnlySpan<char> digits, Span<byte> bytes) =>
        IsVectorised ? TryDecodeVector(digits, bytes) : TryDecodeScalar(digits, bytes);

    /// <summary>Writes 40 lower-case ASCII digits.</summary>
    internal static void EncodeLower(ReadOnlySpan<byte> bytes, Span<byte> ascii)
    {
        if (IsVectorised)
            EncodeLowerVector(bytes, ascii);
        else
            EncodeLowerScalar(bytes, ascii);
    }

    /// <summary>Makes upper case of each letter whose half-byte of the hash is 8 or more (EIP-55).</summary>
    internal static void RaiseCase(Span<byte> ascii, ReadOnlySpan<byte> hash)
    {
        if (IsVectorised)
            RaiseCaseVector(ascii, hash);
        else
            RaiseCaseScalar(ascii, hash);
    }

    internal static bool TryDecodeScalar(ReadOnlySpan<char> digits, Span<byte> bytes)
    {
        for (int i = 0; i < Bytes; i++)
        {
            int high = Value(digits[2 * i]);
            int low = Value(digits[(2 * i) + 1]);
            if ((high | low) < 0)
                return false;
            bytes[i] = (byte)((high << 4) | low);
        }

        return true;
    }

    internal static bool TryDecodeVector(ReadOnlySpan<char> digits, Span<byte> bytes) =>
        TryDecodeBlock(digits, bytes)
        && TryDecodeBlock(digits[BlockDigits..], bytes[BlockBytes..])
        && TryDecodeBlock(digits[(2 * LastBlock)..], bytes[LastBlock..]);

    internal static void EncodeLowerScalar(ReadOnlySpan<byte> bytes, Span<byte> ascii)
    {
        for (int i = 0; i < Digits; i++)
        {
            int nibble = Nibble(bytes, i);
            ascii[i] = (byte)(nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
        }
    }

    internal static void EncodeLowerVector(ReadOnlySpan<byte> bytes, Span<byte> ascii)
    {
        EncodeLowerBlock(bytes, ascii);
        EncodeLowerBlock(bytes[BlockBytes..], ascii[BlockDigits..]);
        EncodeLowerBlock(bytes[LastBlock..], ascii[(2 * LastBlock)..]);
    }

    internal static void RaiseCaseScalar(Span<byte> ascii, ReadOnlySpan<byte> hash)
    {
        for (int i = 0; i < Digits; i++)
        {
            if (ascii[i] >= 'a' && Nibble(hash, i) >= 8)
                ascii[i] -= CaseBit;
        }
    }

    internal static void RaiseCaseVector(Span<byte> ascii, ReadOnlySpan<byte> hash)
    {
        RaiseCaseBlock(ascii, hash);
        RaiseCaseBlock(ascii[BlockDigits..], hash[BlockBytes..]);
        RaiseCaseBlock(ascii[(2 * LastBlock)..], hash[LastBlock..]);
    }

    private static int Value(char digit) => digit switch
    {
        >= '0' and <= '9' => digit - '0',
        >= 'a' and <= 'f' => digit - 'a' + 10,
        >= 'A' and <= 'F' => digit - 'A' + 10,
        _ => -1,
    };

    private static int Nibble(ReadOnlySpan<byte> bytes, int index) =>
        index % 2 == 0 ? bytes[index / 2] >> 4 : bytes[index / 2] & 0xF;

    private static bool TryDecodeBlock(ReadOnlySpan<char> digits, Span<byte> bytes)
    {
        ReadOnlySpan<ushort> units = MemoryMarshal.Cast<char, ushort>(digits);
        Vector128<ushort> first = Vector128.Create(units);
        Vector128<ushort> second = Vector128.Create(units[Vector128<ushort>.Count..]);
        if (((first | second) & Vector128.Create((ushort)0xFF80)) != Vector128<ushort>.Zero)
            return false;
        Vector128<byte> ascii = Vector128.Narrow(first, second);
        Vector128<byte> number = ascii - Vector128.Create((byte)'0');
        Vector128<byte> letter = (ascii | Vector128.Create(CaseBit)) - Vector128.Create((byte)'a');
        Vector128<byte> isNumber = Vector128.LessThan(number, Vector128.Create((byte)10));
        Vector128<byte> isLetter = Vector128.LessThan(letter, Vector128.Create((byte)6));
        if ((isNumber | isLetter) != Vector128<byte>.AllBitsSet)
            return false;
        Vector128<byte> nibbles =
            Vector128.ConditionalSelect(isNumber, number, letter + Vector128.Create((byte)10));
        Vector128<ushort> pairs = nibbles.AsUInt16();
        Vector128<ushort> joined = ((pairs & Vector128.Create((ushort)0xF)) << 4) | (pairs >> 8);
        ulong block = Vector128.Narrow(joined, joined).AsUInt64().ToScalar();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, block);
        return true;
    }

    private static void EncodeLowerBlock(ReadOnlySpan<byte> bytes, Span<byte> ascii)
    {
        Vector128<byte> nibbles = NibblesOfBlock(bytes);
        Vector128<byte> isLetter = Vector128.GreaterThan(nibbles, Vector128.Create((byte)9));
        Vector128<byte> shift = isLetter & Vector128.Create((byte)LowerLetterOffset);
        (nibbles + Vector128.Create((byte)'0') + shift).CopyTo(ascii);
    }

    private static void RaiseCaseBlock(Span<byte> ascii, ReadOnlySpan<byte> hash)
    {
        Vector128<byte> digits = Vector128.Create((ReadOnlySpan<byte>)ascii);
        Vector128<byte> isLetter = Vector128.GreaterThanOrEqual(digits, Vector128.Create((byte)'a'));
        Vector128<byte> isRaised = Vector128.GreaterThan(NibblesOfBlock(hash), Vector128.Create((byte)7));
        (digits - (isLetter & isRaised & Vector128.Create(CaseBit))).CopyTo(ascii);
    }

    /// <summary>The 16 half-bytes of 8 bytes, the high one of each first.</summary>
    private static Vector128<byte> NibblesOfBlock(ReadOnlySpan<byte> bytes)
    {
        ulong block = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Vector128<ushort> wide = Vector128.WidenLower(Vector128.CreateScalar(block).AsByte());
        return ((wide >> 4) | ((wide & Vector128.Create((ushort)0xF)) << 8)).AsByte();
    }
}
