using System.Runtime.InteropServices;
using System.Text;
using Conet.Fuzz.Core;
using Conet.Wire.Addresses;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Text of addresses, EIP-55 included. The input is Latin-1, or UTF-16 if it begins with a zero byte.
/// </summary>
internal sealed class AddressTextTarget : IFuzzTarget
{
    private const int CharsMax = 256;
    private const string Checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    private readonly GuardedInput _chars = new(2 * CharsMax);

    public string Name => "address-text";

    public string Summary => "Address.TryParseHex against a slow twin; accepted means written again the same";

    public int InputBytesMax => CharsMax;

    public int UsualBytes => 42;

    public IEnumerable<byte[]> Seeds =>
    [
        Encoding.Latin1.GetBytes(Checksummed),
        Encoding.Latin1.GetBytes(Checksummed.ToLowerInvariant()),
        Encoding.Latin1.GetBytes("0X" + Checksummed[2..].ToUpperInvariant()),
        [0, .. Encoding.BigEndianUnicode.GetBytes(Checksummed)],
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        string text = input.Length > 0 && input[0] == 0
            ? Encoding.BigEndianUnicode.GetString(input[1..])
            : Encoding.Latin1.GetString(input);
        // The digits are read with vectors: what they read lies against a guard page as the input does.
        ReadOnlySpan<byte> placed = _chars.Place(MemoryMarshal.AsBytes(text.AsSpan()), GuardSide.AfterEnd);
        bool accepted = Address.TryParseHex(MemoryMarshal.Cast<byte, char>(placed), out Address address);
        Check(accepted == IsAddress(text), "the slow twin judges otherwise");
        if (!accepted)
            return false;
        Check(address.ToHex() == "0x" + text[2..].ToLowerInvariant(), "it was read as another address");
        Check(
            Address.TryParseHex(address.ToString(), out Address again) && again == address, "not read back");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length < 3)
            return false;
        int at = random.Below(input.Length);
        if (random.OneIn(2))
            input.Bytes[at] = "0123456789abcdefABCDEFgG"u8[random.Below(24)];
        else
            input.Bytes[at] ^= 0x20;
        return true;
    }

    private static bool IsAddress(string text)
    {
        if (text.Length != 42 || text[0] != '0' || text[1] != 'x')
            return false;
        string digits = text[2..];
        if (digits.Any(digit => !"0123456789abcdefABCDEF".Contains(digit)))
            return false;
        bool isMixed = digits.Any(char.IsAsciiLetterLower) && digits.Any(char.IsAsciiLetterUpper);
        if (!isMixed)
            return true;
        byte[] hash = Keccak256.Hash(Encoding.ASCII.GetBytes(digits.ToLowerInvariant()));
        for (int i = 0; i < digits.Length; i++)
        {
            bool isUpper = ((hash[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0xF) >= 8;
            if (char.IsAsciiLetter(digits[i]) && char.IsAsciiLetterUpper(digits[i]) != isUpper)
                return false;
        }

        return true;
    }
}
