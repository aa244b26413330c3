using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Chain;

public sealed class RlpTests
{
    /// <summary>An item: bytes, or items.</summary>
    private sealed record Item(byte[] Bytes, Item[]? Items);

    [Fact]
    public void What_is_written_reads_back_the_same() => Property.HoldsForSeeds(random =>
    {
        Item item = Draw(random, 0);
        RlpWriter writer = new(0);
        Write(writer, item);
        RlpReader reader = new(writer.Written);
        return RlpReader.TryValidate(writer.Written, out _) && Reads(ref reader, item) && reader.TryFinish();
    });

    [Fact]
    public void Any_bytes_are_refused_or_are_exactly_what_the_writer_makes_of_them() =>
        Property.HoldsForSeeds(random =>
        {
            byte[] bytes = Property.Bytes(random, 80);
            if (random.Next(2) == 0)
            {
                RlpWriter writer = new();
                Write(writer, Draw(random, 0));
                bytes = Property.Spoil(random, writer.ToArray());
            }

            bool isValid = RlpReader.TryValidate(bytes, out RlpError error);
            if (!isValid)
                return error != RlpError.None;
            RlpReader reader = new(bytes);
            RlpWriter again = new();
            Copy(ref reader, again);
            return again.Written.SequenceEqual(bytes);
        });

    [Fact]
    public void Every_read_of_any_bytes_gives_a_value_or_an_error() => Property.HoldsForSeeds(random =>
    {
        byte[] bytes = Property.Bytes(random, 60);
        byte[] fixedSize = new byte[random.Next(1, 33)];
        RlpReader reader = new(bytes);
        for (int i = 0; i < 12; i++)
        {
            bool read = random.Next(6) switch
            {
                0 => reader.TryReadBytes(out _),
                1 => reader.TryReadUInt64(out _),
                2 => reader.TryReadUInt256(out _),
                3 => reader.TryReadFixed(fixedSize),
                4 => reader.TryReadRaw(out _),
                _ => reader.TryReadList(out _),
            };
            if (read == (reader.Error != RlpError.None))
                return false;
        }

        return true;
    });

    [Theory]
    [InlineData("0x", nameof(RlpError.Truncated))]
    [InlineData("0x8100", nameof(RlpError.NotMinimal))]
    [InlineData("0x817f", nameof(RlpError.NotMinimal))]
    [InlineData("0xb80161", nameof(RlpError.NotMinimal))]
    [InlineData("0xb800", nameof(RlpError.NotMinimal))]
    [InlineData("0xb90001", nameof(RlpError.NotMinimal))]
    [InlineData("0xf800", nameof(RlpError.NotMinimal))]
    [InlineData("0xf80161", nameof(RlpError.NotMinimal))]
    [InlineData("0xf90000", nameof(RlpError.NotMinimal))]
    [InlineData("0xbfffffffffffffffff", nameof(RlpError.Truncated))]
    [InlineData("0xffffffffffffffffff", nameof(RlpError.Truncated))]
    [InlineData("0xbf8000000000000000", nameof(RlpError.Truncated))]
    [InlineData("0xc18161", nameof(RlpError.Truncated))]
    [InlineData("0xc28161", nameof(RlpError.NotMinimal))]
    [InlineData("0xc1", nameof(RlpError.Truncated))]
    [InlineData("0xc3820102", nameof(RlpError.None))]
    [InlineData("0x0000", nameof(RlpError.TrailingBytes))]
    [InlineData("0xc0c0", nameof(RlpError.TrailingBytes))]
    public void Encodings_that_are_not_the_one_shortest_are_refused(string hex, string expected)
    {
        RlpError wanted = Enum.Parse<RlpError>(expected);
        byte[] bytes = Vectors.Bytes(hex);
        Assert.Equal(wanted == RlpError.None, RlpReader.TryValidate(bytes, out RlpError error));
        Assert.Equal(wanted, error);
    }

    [Fact]
    public void Long_lengths_below_56_are_refused_for_every_length()
    {
        for (int length = 0; length <= 55; length++)
        {
            byte[] text = [0xb8, (byte)length, .. new byte[length]];
            byte[] list = [0xf8, (byte)length, .. new byte[length]];
            Assert.False(RlpReader.TryValidate(text, out RlpError textError));
            Assert.False(RlpReader.TryValidate(list, out RlpError listError));
            Assert.Equal((RlpError.NotMinimal, RlpError.NotMinimal), (textError, listError));
        }
    }

    [Fact]
    public void Nesting_beyond_the_limit_is_refused_and_does_not_recurse()
    {
        Assert.True(RlpReader.TryValidate(Nested(ChainLimits.RlpDepthMax), out _));
        Assert.False(RlpReader.TryValidate(Nested(ChainLimits.RlpDepthMax + 1), out RlpError error));
        Assert.Equal(RlpError.TooDeep, error);
        Assert.False(RlpReader.TryValidate(Nested(200_000), out error));
        Assert.Equal(RlpError.TooDeep, error);
    }

    [Theory]
    [InlineData("0x00")]
    [InlineData("0x820001")]
    [InlineData("0x89010000000000000000")]
    [InlineData("0xc0")]
    public void Integers_with_leading_zeros_or_too_many_bytes_are_refused(string hex)
    {
        RlpReader reader = new(Vectors.Bytes(hex));
        Assert.False(reader.TryReadUInt64(out _));
        Assert.NotEqual(RlpError.None, reader.Error);
    }

    // Headers from the inside out; written by hand, because a writer that shifts its
    // bytes would take for ever.
    private static byte[] Nested(int depth)
    {
        List<byte> reversed = [];
        for (int i = 0; i < depth; i++)
        {
            int length = reversed.Count;
            if (length <= 55)
            {
                reversed.Add((byte)(0xc0 + length));
                continue;
            }

            int digits = 0;
            for (int rest = length; rest > 0; rest >>= 8, digits++)
                reversed.Add((byte)rest);
            reversed.Add((byte)(0xf7 + digits));
        }

        reversed.Reverse();
        return [.. reversed];
    }

    private static Item Draw(Random random, int depth)
    {
        if (depth < 5 && random.Next(3) == 0)
            return new Item(
                [], [.. Enumerable.Range(0, random.Next(6)).Select(_ => Draw(random, depth + 1))]);
        return new Item(
            Property.Bytes(random, random.Next(4) switch { 0 => 1, 1 => 57, 2 => 300, _ => 32 }), null);
    }

    private static void Write(RlpWriter writer, Item item)
    {
        if (item.Items is null)
        {
            writer.WriteBytes(item.Bytes);
            return;
        }

        int list = writer.BeginList();
        foreach (Item member in item.Items)
            Write(writer, member);
        writer.EndList(list);
    }

    private static bool Reads(ref RlpReader reader, Item item)
    {
        if (item.Items is null)
            return reader.TryReadBytes(out ReadOnlySpan<byte> bytes) && bytes.SequenceEqual(item.Bytes);
        if (!reader.TryReadList(out RlpReader items))
            return false;
        foreach (Item member in item.Items)
        {
            if (!Reads(ref items, member))
                return false;
        }

        return items.TryFinish();
    }

    private static void Copy(ref RlpReader reader, RlpWriter writer)
    {
        while (!reader.IsAtEnd)
        {
            if (!reader.IsListNext)
            {
                Assert.True(reader.TryReadBytes(out ReadOnlySpan<byte> bytes));
                writer.WriteBytes(bytes);
                continue;
            }

            Assert.True(reader.TryReadList(out RlpReader items));
            int list = writer.BeginList();
            Copy(ref items, writer);
            writer.EndList(list);
        }
    }
}
