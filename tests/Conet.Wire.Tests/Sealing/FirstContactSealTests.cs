using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Sealing;

public sealed class FirstContactSealTests
{
    private static readonly Address _registry =
        new(Convert.FromHexString("00112233445566778899aabbccddeeff00112233"));
    private static readonly NetworkId _network = new(31337, _registry);

    private static byte[] Seal(
        Wallet? sender, SealKey recipient, in Address destination, in Address to, ReadOnlySpan<byte> body)
    {
        byte[] cell = new byte[CellLayout.Size];
        EnvelopeDraft draft = new()
        {
            Kind = BodyKind.Message,
            IssuedMs = 1_800_000_000_000,
            TtlSec = 60,
            MessageId = MessageId.CreateRandom(),
            To = to,
            Body = body,
        };
        Assert.True(
            FirstContactSeal.TrySeal(_network, destination, recipient.PublicKey, draft, sender, cell));
        return cell;
    }

    [Fact]
    public void A_signed_cell_opens_for_its_recipient_and_proves_its_sender()
    {
        using Wallet sender = Wallet.Create();
        using Wallet recipient = Wallet.Create();
        using SealKey key = SealKey.Create();
        byte[] cell = Seal(sender, key, recipient.Address, recipient.Address, "hello"u8);
        byte[] bytes = new byte[EnvelopeLayout.Size];
        byte[] commit = new byte[32];
        Assert.True(FirstContactSeal.TryOpen(_network, cell, key, bytes, commit));
        Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(bytes, out Envelope envelope));
        Assert.Equal(sender.Address, envelope.From);
        Assert.True(envelope.IsSignedTo(_network, recipient.Address, commit));
        Assert.False(envelope.IsSignedTo(_network, sender.Address, commit));
        Assert.False(envelope.IsSignedTo(_network with { ChainId = 1 }, recipient.Address, commit));
        commit[0] ^= 1;
        Assert.False(envelope.IsSignedTo(_network, recipient.Address, commit));
    }

    [Fact]
    public void A_recipient_cannot_pass_a_signature_on_to_another()
    {
        using Wallet sender = Wallet.Create();
        using Wallet first = Wallet.Create();
        using SealKey firstKey = SealKey.Create();
        using SealKey secondKey = SealKey.Create();
        byte[] cell = Seal(sender, firstKey, first.Address, first.Address, "for the first"u8);
        byte[] bytes = new byte[EnvelopeLayout.Size];
        byte[] commit = new byte[32];
        Assert.True(FirstContactSeal.TryOpen(_network, cell, firstKey, bytes, commit));
        Envelope.TryParse(bytes, out Envelope envelope);
        byte[] stolen = Seal(null, secondKey, first.Address, first.Address, envelope.Body);
        byte[] opened = new byte[EnvelopeLayout.Size];
        byte[] secondCommit = new byte[32];
        Assert.True(FirstContactSeal.TryOpen(_network, stolen, secondKey, opened, secondCommit));
        Assert.False(commit.AsSpan().SequenceEqual(secondCommit));
        Assert.False(envelope.IsSignedTo(_network, first.Address, secondCommit));
    }

    [Fact]
    public void Any_flipped_bit_is_refused() =>
        Property.Holds(
            from bit in Gen.Choose(0, (8 * CellLayout.Size) - 1)
            select bit,
            bit =>
            {
                using SealKey key = SealKey.Create();
                byte[] cell = Seal(null, key, _registry, _registry, "x"u8);
                cell[bit / 8] ^= (byte)(1 << (bit % 8));
                byte[] bytes = new byte[EnvelopeLayout.Size];
                return !FirstContactSeal.TryOpen(_network, cell, key, bytes, new byte[32])
                    && !bytes.AsSpan().ContainsAnyExcept((byte)0);
            },
            cases: 1_000);

    [Fact]
    public void A_cell_of_another_network_or_key_or_size_stays_closed()
    {
        using SealKey key = SealKey.Create();
        using SealKey other = SealKey.Create();
        byte[] cell = Seal(null, key, _registry, _registry, "x"u8);
        byte[] bytes = new byte[EnvelopeLayout.Size];
        byte[] commit = new byte[32];
        Assert.False(FirstContactSeal.TryOpen(_network with { ChainId = 1 }, cell, key, bytes, commit));
        Assert.False(FirstContactSeal.TryOpen(new NetworkId(31337, default), cell, key, bytes, commit));
        Assert.False(FirstContactSeal.TryOpen(_network, cell, other, bytes, commit));
        Assert.False(FirstContactSeal.TryOpen(_network, cell.AsSpan(1), key, bytes, commit));
        Assert.False(FirstContactSeal.TryOpen(_network, [], key, bytes, commit));
        Assert.True(FirstContactSeal.TryOpen(_network, cell, key, bytes, commit));
    }

    /// <summary>
    /// All encodings of points of order 1, 2, 4 and 8, on the curve and on its twist: 0, 1, the two of order
    /// 8, p - 1, p, p + 1; and each with the top bit that X25519 ignores.
    /// </summary>
    public static TheoryData<string> LowOrderPoints()
    {
        TheoryData<string> points = [];
        foreach (string point in (string[])[
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ])
        {
            byte[] high = Convert.FromHexString(point);
            high[31] |= 0x80;
            points.Add(point);
            points.Add(Convert.ToHexStringLower(high));
        }

        return points;
    }

    [Theory]
    [MemberData(nameof(LowOrderPoints))]
    public void Low_order_points_are_refused_on_both_sides(string point)
    {
        byte[] low = Convert.FromHexString(point);
        byte[] cell = new byte[CellLayout.Size];
        EnvelopeDraft draft = new()
        {
            Kind = BodyKind.Message,
            IssuedMs = 1,
            TtlSec = 1,
            MessageId = default,
            Body = [],
        };
        Assert.False(FirstContactSeal.TrySeal(_network, _registry, low, draft, null, cell));
        Assert.False(cell.AsSpan().ContainsAnyExcept((byte)0));
        using SealKey key = SealKey.Create();
        byte[] forged = Seal(null, key, _registry, _registry, "x"u8);
        low.CopyTo(forged, FirstContactSeal.EncOffset);
        Assert.False(
            FirstContactSeal.TryOpen(_network, forged, key, new byte[EnvelopeLayout.Size], new byte[32]));
    }

    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        using Wallet sender = Wallet.Create();
        using SealKey key = SealKey.Create();
        byte[] cell = new byte[CellLayout.Size];
        byte[] bytes = new byte[EnvelopeLayout.Size];
        byte[] commit = new byte[32];
        EnvelopeDraft draft = new()
        {
            Kind = BodyKind.Message,
            IssuedMs = 1,
            TtlSec = 1,
            MessageId = MessageId.CreateRandom(),
            To = _registry,
            Body = "x"u8,
        };
        for (int i = 0; i < 50; i++)
            RoundTrip(draft);
        long allocated = long.MaxValue;
        for (int run = 0; run < 5 && allocated != 0; run++) // the runtime takes some of its own at times
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
                RoundTrip(draft);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);

        void RoundTrip(in EnvelopeDraft draft)
        {
            if (!FirstContactSeal.TrySeal(_network, _registry, key.PublicKey, draft, sender, cell)
                || !FirstContactSeal.TryOpen(_network, cell, key, bytes, commit)
                || Envelope.TryParse(bytes, out Envelope envelope) != EnvelopeProblem.None
                || !envelope.IsSignedTo(_network, _registry, commit))
            {
                throw new InvalidOperationException("the round trip failed");
            }
        }
    }
}
