using Conet.Wire.Sealing;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Sealing;

public sealed class MessageIdTests
{
    private const string Text = "000102030405060708090a0b0c0d0e0f";

    [Fact]
    public void An_id_is_its_16_bytes_in_order()
    {
        Assert.True(MessageId.TryParse(Text, out MessageId id));
        byte[] bytes = new byte[MessageId.Size];
        id.CopyTo(bytes);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (byte)i), bytes);
        Assert.Equal(Text, id.ToString());
        Assert.True(MessageId.TryParse(Text.ToUpperInvariant(), out MessageId upper));
        Assert.Equal(id, upper);
    }

    [Theory]
    [InlineData("")]
    [InlineData("000102030405060708090a0b0c0d0e0")]
    [InlineData("000102030405060708090a0b0c0d0e0f0")]
    [InlineData("0x0102030405060708090a0b0c0d0e0f")]
    [InlineData("000102030405060708090a0b0c0d0e0g")]
    public void Other_text_is_refused(string text)
    {
        Assert.False(MessageId.TryParse(text, out MessageId id));
        Assert.Equal(default, id);
    }

    [Fact]
    public void Every_id_survives_its_text_and_its_bytes_and_equals_only_itself() =>
        Property.Holds(
            from left in Property.BytesOf(MessageId.Size)
            from right in Property.BytesOf(MessageId.Size)
            from place in Gen.Choose(0, MessageId.Size)
            select (left, right, place),
            input =>
            {
                byte[] other = (byte[])input.left.Clone();
                input.right.AsSpan(input.place).CopyTo(other.AsSpan(input.place));
                MessageId id = new(input.left);
                MessageId second = new(other);
                bool isSame = input.left.AsSpan().SequenceEqual(other);
                byte[] copy = new byte[MessageId.Size];
                id.CopyTo(copy);
                return copy.AsSpan().SequenceEqual(input.left)
                    && MessageId.TryParse(id.ToString(), out MessageId parsed) && parsed == id
                    && id == second == isSame
                    && id != second == !isSame
                    && (!isSame || id.GetHashCode() == second.GetHashCode());
            });

    [Fact]
    public void Random_ids_differ() =>
        Assert.Distinct(Enumerable.Range(0, 1_000).Select(_ => MessageId.CreateRandom()));

    /// <summary>Bytes whose 64-bit halves have the same exclusive-or collide in HashCode.Combine.</summary>
    [Fact]
    public void Crafted_ids_do_not_share_a_hash_code()
    {
        HashSet<int> codes = [];
        for (int i = 0; i < 1_000; i++)
        {
            byte[] bytes = new byte[MessageId.Size];
            BitConverter.TryWriteBytes(bytes, i);
            BitConverter.TryWriteBytes(bytes.AsSpan(4), i);
            codes.Add(new MessageId(bytes).GetHashCode());
        }

        Assert.InRange(codes.Count, 990, 1_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public void Another_number_of_bytes_is_misuse(int length) =>
        Assert.Throws<ArgumentException>(() => new MessageId(new byte[length]));
}
