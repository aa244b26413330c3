using System.Globalization;
using System.Numerics;
using System.Text;
using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Chain;

public sealed class HexTextTests
{
    [Fact]
    public void Data_and_quantities_come_back_the_same() => Property.HoldsForSeeds(random =>
    {
        byte[] bytes = Property.Bytes(random, 70);
        bool reads = HexText.TryReadData(
            Encoding.ASCII.GetBytes(HexText.Format(bytes)), 70, out byte[] again);
        UInt256 number = UInt256.FromBigEndian(bytes.AsSpan(0, Math.Min(bytes.Length, 32)));
        byte[] quantity = Encoding.ASCII.GetBytes(number.ToHexQuantity());
        return reads && again.AsSpan().SequenceEqual(bytes)
            && HexText.TryReadQuantity(quantity, out UInt256 same) && same == number
            && number.ToBigInteger() == new BigInteger(
                bytes.AsSpan(0, Math.Min(bytes.Length, 32)), true, true);
    });

    [Fact]
    public void Any_text_is_refused_or_means_what_it_says() => Property.HoldsForSeeds(random =>
    {
        byte[] text = Draw(random);
        string ascii = Encoding.Latin1.GetString(text);
        bool isHex = ascii.StartsWith("0x", StringComparison.Ordinal) && ascii[2..].All(char.IsAsciiHexDigit);
        bool isData = HexText.TryReadData(text, 40, out byte[] data);
        bool isQuantity = HexText.TryReadQuantity(text, out UInt256 number);
        bool isHash = Bytes32.TryParseHexUtf8(text, out _);
        bool isFromChars = HexText.TryReadData(ascii.AsSpan(), 40, out byte[] fromChars);
        bool wantData = isHex && text.Length % 2 == 0 && text.Length <= 82;
        bool wantQuantity = isHex && ascii.Length is > 2 and <= 66 && (ascii[2] != '0' || ascii.Length == 3);
        return isData == wantData && isFromChars == isData && data.AsSpan().SequenceEqual(fromChars)
            && (!isData || Convert.ToHexString(data).Equals(ascii[2..], StringComparison.OrdinalIgnoreCase))
            && isQuantity == wantQuantity && (!isQuantity || number.ToBigInteger() == Parse(ascii[2..]))
            && isHash == (isHex && text.Length == 66);
    });

    private static BigInteger Parse(string digits) =>
        BigInteger.Parse("0" + digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static byte[] Draw(Random random)
    {
        int length = random.Next(5) switch { 0 => 64, 1 => 65, 2 => 1, _ => random.Next(90) };
        StringBuilder text = new("0x");
        for (int i = 0; i < length; i++)
            text.Append("0123456789abcdefABCDEF"[random.Next(3) == 0 && i == 0 ? 0 : random.Next(22)]);
        byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
        return random.Next(3) == 0 ? Property.Spoil(random, bytes) : bytes;
    }
}
