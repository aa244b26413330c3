using Conet.Wire.Addresses;
using FsCheck;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Addresses;

public sealed class AddressTests
{
    private const string Checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    /// <summary>42 characters: mostly digits after a right prefix, some of anything.</summary>
    private static readonly Gen<char[]> _text =
        from prefix in Gen.Frequency(
            (8, Gen.Constant("0x")), (1, Gen.Constant("0X")), (1, Gen.Constant("00")))
        from strangers in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 40)))
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from alphabet in Gen.Elements("0123456789abcdef", "0123456789ABCDEF", "0123456789abcdefABCDEF")
        select Text(prefix, strangers, alphabet, new System.Random(seed));

    private static char[] Text(string prefix, int strangers, string alphabet, System.Random random)
    {
        char[] text = new char[42];
        prefix.CopyTo(text);
        for (int i = 2; i < text.Length; i++)
            text[i] = alphabet[random.Next(alphabet.Length)];
        for (int i = 0; i < strangers; i++)
            text[random.Next(text.Length)] = (char)random.Next(0x10000);
        return text;
    }

    [Theory]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0x8617E340B3D01FA5F11F306F4090FD50E238070D")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    [InlineData("0x27b1fdb04752bbc536007a920d24acb045561c26")]
    [InlineData(Checksummed)]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void The_examples_of_EIP_55_are_read_and_written(string text)
    {
        Assert.True(Address.TryParseHex(text, out Address address));
        Assert.Equal(text, address.ToString());
        Assert.Equal(text.ToLowerInvariant(), address.ToHex());
        Assert.True(Address.TryParseHex(text.ToLowerInvariant(), out Address lower));
        Assert.True(Address.TryParseHex("0x" + text[2..].ToUpperInvariant(), out Address upper));
        Assert.Equal(address, lower);
        Assert.Equal(address, upper);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd")]
    [InlineData(" 0x5aeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0y5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg")]
    [InlineData("0x５aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0x-5aeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    public void Other_text_is_refused(string text)
    {
        Assert.False(Address.TryParseHex(text, out Address address));
        Assert.True(address.IsZero);
    }

    [Fact]
    public void One_letter_in_the_wrong_case_is_refused()
    {
        for (int i = 2; i < Checksummed.Length; i++)
        {
            if (!char.IsAsciiLetter(Checksummed[i]))
                continue;
            char[] text = Checksummed.ToCharArray();
            text[i] ^= (char)0x20;
            Assert.False(Address.TryParseHex(text, out _), new string(text));
        }
    }

    [Fact]
    public void Any_42_characters_never_throw_and_what_is_read_is_written_the_same() =>
        Property.Holds(_text, text =>
        {
            bool isDigits = text is ['0', 'x', ..] && text.Skip(2).All(char.IsAsciiHexDigit);
            bool isMixed = text.AsSpan(2).ContainsAnyInRange('a', 'f')
                && text.AsSpan(2).ContainsAnyInRange('A', 'F');
            if (!Address.TryParseHex(text, out Address address))
                return !isDigits || isMixed;
            string written = isMixed ? address.ToString() : address.ToHex();
            return isDigits && written.AsSpan(2).Equals(
                text.AsSpan(2), isMixed ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
        });

    [Fact]
    public void Every_address_survives_its_text_and_its_bytes() =>
        Property.Holds(Property.BytesOf(Address.Size), bytes =>
        {
            Address address = new(bytes);
            byte[] copy = new byte[Address.Size];
            address.CopyTo(copy);
            string text = address.ToString();
            return copy.AsSpan().SequenceEqual(bytes)
                && address.ToHex() == "0x" + Convert.ToHexStringLower(bytes)
                && Address.TryParseHex(text, out Address checksummed) && checksummed == address
                && Address.TryParseHex(address.ToHex(), out Address lower) && lower == address
                && address.IsZero == !bytes.AsSpan().ContainsAnyExcept((byte)0);
        });

    [Fact]
    public void Order_and_equality_are_those_of_the_bytes() =>
        Property.Holds(
            from left in Property.BytesOf(Address.Size)
            from right in Property.BytesOf(Address.Size)
            from shared in Gen.Choose(0, Address.Size)
            select (left, right, shared),
            input =>
            {
                byte[] other = (byte[])input.right.Clone();
                input.left.AsSpan(0, input.shared).CopyTo(other);
                Address left = new(input.left);
                Address right = new(other);
                int order = Math.Sign(input.left.AsSpan().SequenceCompareTo(other));
                return Math.Sign(left.CompareTo(right)) == order
                    && left == right == (order == 0)
                    && left != right == (order != 0)
                    && left < right == (order < 0)
                    && left > right == (order > 0)
                    && left <= right == (order <= 0)
                    && left >= right == (order >= 0)
                    && (order != 0 || left.GetHashCode() == right.GetHashCode());
            });

    /// <summary>Bytes whose 64-bit halves have the same exclusive-or collide in HashCode.Combine.</summary>
    [Fact]
    public void Crafted_addresses_do_not_share_a_hash_code()
    {
        HashSet<int> codes = [];
        for (int i = 0; i < 1_000; i++)
        {
            byte[] bytes = new byte[Address.Size];
            BitConverter.TryWriteBytes(bytes.AsSpan(8), i);
            BitConverter.TryWriteBytes(bytes.AsSpan(12), i);
            codes.Add(new Address(bytes).GetHashCode());
        }

        Assert.InRange(codes.Count, 990, 1_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(21)]
    public void Another_number_of_bytes_is_misuse(int length) =>
        Assert.Throws<ArgumentException>(() => new Address(new byte[length]));
}
