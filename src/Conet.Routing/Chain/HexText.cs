using System.Buffers;
using System.Text;

namespace Conet.Routing.Chain;

/// <summary>
/// Strict "0x" hexadecimal as JSON-RPC writes it: quantities without leading zeros, data in whole bytes.
/// </summary>
internal static class HexText
{
    private const int PrefixSize = 2;

    /// <summary>Lower-case "0x" text of <paramref name="bytes"/>.</summary>
    public static string Format(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>"0x" text of a quantity, without leading zeros.</summary>
    public static string FormatQuantity(ulong value) => "0x" + value.ToString("x");

    /// <summary>"0x" text of a quantity, without leading zeros.</summary>
    public static string FormatQuantity(in UInt256 value) => value.ToHexQuantity();

    /// <summary>
    /// Number of bytes in data text, or -1 when it is not "0x" and an even count of digits.
    /// </summary>
    public static int DataSize(ReadOnlySpan<byte> text)
    {
        if (!HasPrefix(text) || (text.Length & 1) != 0) return -1;
        return (text.Length - PrefixSize) / 2;
    }

    /// <summary>
    /// Reads data text into all of <paramref name="destination"/>; the size must match exactly.
    /// </summary>
    public static bool TryReadData(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        if (DataSize(text) != destination.Length) return false;
        return Convert.FromHexString(text[PrefixSize..], destination, out _, out int written)
            == OperationStatus.Done && written == destination.Length;
    }

    /// <summary>Reads data text of at most <paramref name="bytesMax"/> bytes into a new array.</summary>
    public static bool TryReadData(ReadOnlySpan<byte> text, int bytesMax, out byte[] data)
    {
        data = [];
        int size = DataSize(text);
        if (size < 0 || size > bytesMax) return false;
        if (size == 0) return true;
        byte[] bytes = new byte[size];
        if (!TryReadData(text, bytes)) return false;
        data = bytes;
        return true;
    }

    /// <summary>Reads a quantity: "0x0", or no leading zero, at most 64 digits.</summary>
    public static bool TryReadQuantity(ReadOnlySpan<byte> text, out UInt256 value)
    {
        value = default;
        if (!HasPrefix(text)) return false;
        ReadOnlySpan<byte> digits = text[PrefixSize..];
        if (digits.Length is 0 or > 64) return false;
        if (digits[0] == (byte)'0' && digits.Length > 1) return false;
        Span<byte> padded = stackalloc byte[64];
        padded.Fill((byte)'0');
        digits.CopyTo(padded[(64 - digits.Length)..]);
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        if (Convert.FromHexString(padded, bytes, out _, out _) != OperationStatus.Done) return false;
        value = UInt256.FromBigEndian(bytes);
        return true;
    }

    /// <summary>Reads data text of any characters, as configuration files and artifacts have it.</summary>
    public static bool TryReadData(ReadOnlySpan<char> text, int bytesMax, out byte[] data)
    {
        data = [];
        if (text.Length > PrefixSize + 2L * bytesMax) return false;
        byte[] ascii = new byte[text.Length];
        if (!Encoding.ASCII.TryGetBytes(text, ascii, out int written) || written != text.Length) return false;
        return TryReadData(ascii, bytesMax, out data);
    }

    private static bool HasPrefix(ReadOnlySpan<byte> text) =>
        text.Length >= PrefixSize && text[0] == (byte)'0' && text[1] == (byte)'x';
}
