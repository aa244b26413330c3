using System.Runtime.InteropServices;
using Conet.Wire.Addresses;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Addresses;

/// <summary>The vector path of the hex codec against its scalar twin, both against the framework.</summary>
public sealed class HexDigitsTests
{
    private const string Zeros = "0000000000000000000000000000000000000000";

    [SkippableFact]
    public void The_path_taken_is_the_one_the_machine_allows()
    {
        bool isOff = Environment.GetEnvironmentVariable("DOTNET_EnableHWIntrinsic") == "0";
        bool hasVectors = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
        Skip.IfNot(isOff || hasVectors, "This machine has no 128-bit vectors.");
        Assert.Equal(!isOff, HexDigits.IsVectorised);
    }

    [Fact]
    public void Every_byte_value_at_every_place_becomes_the_same_digits_on_both_paths()
    {
        byte[] bytes = new byte[HexDigits.Bytes];
        byte[] vector = new byte[HexDigits.Digits];
        byte[] scalar = new byte[HexDigits.Digits];
        for (int place = 0; place < bytes.Length; place++)
        {
            for (int value = 0; value < 256; value++)
            {
                bytes[place] = (byte)value;
                HexDigits.EncodeLowerVector(bytes, vector);
                HexDigits.EncodeLowerScalar(bytes, scalar);
                Assert.Equal(Convert.ToHexStringLower(bytes), System.Text.Encoding.ASCII.GetString(scalar));
                Assert.True(vector.AsSpan().SequenceEqual(scalar), $"byte {value} at {place}");
            }

            bytes[place] = (byte)(17 * place);
        }
    }

    [Fact]
    public void Every_character_at_every_place_is_a_digit_on_both_paths_or_on_none()
    {
        int[] characters =
        [
            .. Enumerable.Range(0, 0x200), .. Enumerable.Range('0' + 0xFF00 - 0x20, 0x60),
            .. Enumerable.Range(0, 256).Select(high => (high << 8) | 'a'), 0x7FFF, 0x8000, 0xFFFF,
        ];
        char[] digits = Zeros.ToCharArray();
        byte[] vector = new byte[HexDigits.Bytes];
        byte[] scalar = new byte[HexDigits.Bytes];
        for (int place = 0; place < digits.Length; place++)
        {
            foreach (int character in characters)
            {
                digits[place] = (char)character;
                bool isRead = HexDigits.TryDecodeVector(digits, vector);
                Assert.Equal(char.IsAsciiHexDigit((char)character), isRead);
                Assert.Equal(isRead, HexDigits.TryDecodeScalar(digits, scalar));
                Assert.True(!isRead || vector.AsSpan().SequenceEqual(scalar), $"{character:x4} at {place}");
            }

            digits[place] = "0123456789abcdefABCDEF"[place % 22];
        }
    }

    [Fact]
    public void Random_bytes_take_the_same_way_there_and_back_on_both_paths() =>
        Property.Holds(
            from bytes in Property.BytesOf(HexDigits.Bytes)
            from hash in Property.BytesOf(Keccak256.Size)
            select (bytes, hash),
            input =>
            {
                byte[] vector = new byte[HexDigits.Digits];
                byte[] scalar = new byte[HexDigits.Digits];
                HexDigits.EncodeLowerVector(input.bytes, vector);
                HexDigits.EncodeLowerScalar(input.bytes, scalar);
                HexDigits.RaiseCaseVector(vector, input.hash);
                HexDigits.RaiseCaseScalar(scalar, input.hash);
                if (!vector.AsSpan().SequenceEqual(scalar))
                    return false;
                char[] text = [.. vector.Select(digit => (char)digit)];
                byte[] decodedVector = new byte[HexDigits.Bytes];
                byte[] decodedScalar = new byte[HexDigits.Bytes];
                return HexDigits.TryDecodeVector(text, decodedVector)
                    && HexDigits.TryDecodeScalar(text, decodedScalar)
                    && decodedVector.AsSpan().SequenceEqual(input.bytes)
                    && decodedScalar.AsSpan().SequenceEqual(input.bytes);
            });

    [Fact]
    public void Nothing_beyond_the_digits_and_bytes_is_touched()
    {
        byte[] bytes = new byte[HexDigits.Bytes + 1];
        byte[] digits = new byte[HexDigits.Digits + 1];
        bytes.AsSpan().Fill(0xEE);
        digits.AsSpan().Fill(0xEE);
        Assert.True(HexDigits.TryDecodeVector(Zeros, bytes));
        HexDigits.EncodeLowerVector(bytes.AsSpan(0, HexDigits.Bytes), digits);
        HexDigits.RaiseCaseVector(digits, new byte[HexDigits.Bytes]);
        Assert.Equal(0xEE, bytes[^1]);
        Assert.Equal(0xEE, digits[^1]);
    }
}
