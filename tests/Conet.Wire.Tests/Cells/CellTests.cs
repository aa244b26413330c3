using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Cells;

public sealed class CellTests
{
    private const string Text = "0x0102030405060708090a0b0c0d0e0f1011121314";

    [Fact]
    public void A_cell_is_20_bytes_of_destination_and_1140_of_seal()
    {
        byte[] bytes = new byte[1160];
        Assert.True(Address.TryParseHex(Text, out Address destination));
        CellWriter writer = new(bytes);
        writer.WriteDestination(destination);
        writer.Seal.Fill(0xAB);
        Assert.Equal(Text[2..], Convert.ToHexStringLower(bytes.AsSpan(0, 20)));
        Assert.Equal(1140, bytes.Count(value => value == 0xAB));
        Assert.False(bytes.AsSpan(20).ContainsAnyExcept((byte)0xAB));
    }

    [Fact]
    public void What_was_written_is_viewed_and_views_nothing_else() =>
        Property.Holds(
            from destination in Property.BytesOf(Address.Size)
            from seal in Property.BytesOf(CellLayout.SealSize)
            from before in Property.BytesOf(CellLayout.Size)
            select (destination, seal, before),
            input =>
            {
                byte[] cell = (byte[])input.before.Clone();
                CellWriter writer = new(cell);
                writer.WriteDestination(new Address(input.destination));
                bool isSealKept = writer.Seal.SequenceEqual(input.before.AsSpan(CellLayout.SealOffset));
                input.seal.CopyTo(writer.Seal);
                return isSealKept
                    && CellView.TryRead(cell, out CellView view)
                    && view.Destination.SequenceEqual(input.destination)
                    && view.Seal.SequenceEqual(input.seal)
                    && view.Bytes.SequenceEqual(cell)
                    && view.Bytes.Overlaps(cell, out int offset) && offset == 0;
            });

    [Fact]
    public void Any_bytes_never_throw_and_only_1160_of_them_are_a_cell() =>
        Property.Holds(Property.Bytes(2_400), bytes =>
        {
            bool isCell = CellView.TryRead(bytes, out CellView view);
            return isCell == (bytes.Length == CellLayout.Size) && view.Bytes.Length == (isCell ? 1160 : 0);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1159)]
    [InlineData(1161)]
    [InlineData(2320)]
    public void Another_size_is_no_cell_and_cannot_be_written(int length)
    {
        Assert.False(CellView.TryRead(new byte[length], out _));
        Assert.Throws<ArgumentException>(() => new CellWriter(new byte[length]).Bytes.Clear());
    }
}
