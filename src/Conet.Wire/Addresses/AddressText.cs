using System.Buffers;

namespace Conet.Wire.Addresses;

/// <summary>Text of an address. Source: EIP-55.</summary>
internal static class AddressText
{
    private const int Digits = 2 * Address.Size;
    private const int Length = 2 + Digits;

    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        address = default;
        if (text.Length != Length || text[0] != '0' || text[1] is not ('x' or 'X'))
            return false;
        ReadOnlySpan<char> digits = text[2..];
        Span<byte> bytes = stackalloc byte[Address.Size];
        if (Convert.FromHexString(digits, bytes, out _, out _) != OperationStatus.Done)
            return false;
        Address parsed = new(bytes);
        bool hasLower = digits.ContainsAnyInRange('a', 'f');
        bool hasUpper = digits.ContainsAnyInRange('A', 'F');
        if (hasLower && hasUpper)
        {
            Span<char> checksummed = stackalloc char[Length];
            Format(parsed, checksummed);
            if (!digits.SequenceEqual(checksummed[2..]))
                return false;
        }

        address = parsed;
        return true;
    }

    public static string FormatChecksummed(in Address address)
    {
        Span<char> text = stackalloc char[Length];
        Format(address, text);
        return new string(text);
    }

    public static string FormatLower(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return "0x" + Convert.ToHexStringLower(bytes);
    }

    private static void Format(in Address address, Span<char> text)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        text[0] = '0';
        text[1] = 'x';
        Convert.TryToHexStringLower(bytes, text[2..], out _);
        Span<byte> ascii = stackalloc byte[Digits];
        for (int i = 0; i < Digits; i++)
            ascii[i] = (byte)text[2 + i];
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(ascii, hash);
        for (int i = 0; i < Digits; i++)
        {
            int nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0xF;
            if (nibble >= 8)
                text[2 + i] = char.ToUpperInvariant(text[2 + i]);
        }
    }
}
