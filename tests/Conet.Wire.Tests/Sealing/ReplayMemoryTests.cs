using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Sealing;

public sealed class ReplayMemoryTests
{
    private const ulong Now = 1_800_000_000_000;
    private const ulong Later = Now + 720_000;

    private static readonly Address _nobody = new(new byte[Address.Size]);

    private static Address Sender(byte n)
    {
        byte[] bytes = new byte[Address.Size];
        bytes[19] = n;
        bytes[0] = 1;
        return new Address(bytes);
    }

    [Fact]
    public void A_message_is_fresh_once()
    {
        ReplayMemory memory = new(10);
        MessageId id = MessageId.CreateRandom();
        Assert.Equal(ReplayVerdict.Fresh, memory.Remember(Sender(1), id, Now, Later, Now));
        Assert.Equal(ReplayVerdict.Seen, memory.Remember(Sender(1), id, Now, Later, Now + 700_000));
        Assert.Equal(ReplayVerdict.Fresh, memory.Remember(Sender(2), id, Now, Later, Now));
        Assert.Equal(ReplayVerdict.Fresh, memory.Remember(_nobody, id, Now, Later, Now));
        Assert.Equal(3, memory.Count);
    }

    [Fact]
    public void When_full_anonymous_is_refused_and_signed_is_kept()
    {
        ReplayMemory memory = new(4);
        MessageId first = MessageId.CreateRandom();
        Assert.Equal(ReplayVerdict.Fresh, memory.Remember(_nobody, first, Now - 5, Later, Now));
        for (byte i = 0; i < 3; i++)
            Assert.Equal(
                ReplayVerdict.Fresh, memory.Remember(Sender(i), MessageId.CreateRandom(), Now, Later, Now));
        Assert.Equal(
            ReplayVerdict.Refused, memory.Remember(_nobody, MessageId.CreateRandom(), Now, Later, Now));
        Assert.Equal(
            ReplayVerdict.Fresh, memory.Remember(Sender(9), MessageId.CreateRandom(), Now, Later, Now));
        Assert.Equal(4, memory.Count);
        Assert.Equal(ReplayVerdict.Refused, memory.Remember(_nobody, first, Now - 5, Later, Now));
    }

    [Fact]
    public void A_signed_message_that_was_pushed_out_is_never_accepted_again()
    {
        ReplayMemory memory = new(2);
        MessageId oldest = MessageId.CreateRandom();
        memory.Remember(Sender(1), oldest, Now, Later, Now);
        memory.Remember(Sender(2), MessageId.CreateRandom(), Now + 1, Later, Now);
        Assert.Equal(
            ReplayVerdict.Fresh, memory.Remember(Sender(3), MessageId.CreateRandom(), Now + 2, Later, Now));
        Assert.Equal(ReplayVerdict.Refused, memory.Remember(Sender(1), oldest, Now, Later, Now));
        Assert.Equal(
            ReplayVerdict.Refused, memory.Remember(Sender(4), MessageId.CreateRandom(), Now, Later, Now));
        Assert.Equal(
            ReplayVerdict.Refused, memory.Remember(Sender(4), MessageId.CreateRandom(), Now + 1, Later, Now));
        Assert.Equal(
            ReplayVerdict.Fresh, memory.Remember(Sender(4), MessageId.CreateRandom(), Now + 3, Later, Now));
    }

    [Fact]
    public void Expired_entries_make_room()
    {
        ReplayMemory memory = new(2);
        memory.Remember(Sender(1), MessageId.CreateRandom(), Now, Now + 1000, Now);
        memory.Remember(Sender(2), MessageId.CreateRandom(), Now, Now + 1000, Now);
        Assert.Equal(
            ReplayVerdict.Fresh,
            memory.Remember(_nobody, MessageId.CreateRandom(), Now + 60_000, Later, Now + 60_000));
        Assert.Equal(1, memory.Count);
    }

    [Fact]
    public void A_floor_refuses_what_an_earlier_memory_may_have_accepted()
    {
        ReplayMemory memory = new(2, floorIssuedMs: Now);
        Assert.Equal(
            ReplayVerdict.Refused, memory.Remember(Sender(1), MessageId.CreateRandom(), Now, Later, Now));
        Assert.Equal(
            ReplayVerdict.Fresh, memory.Remember(Sender(1), MessageId.CreateRandom(), Now + 1, Later, Now));
    }

    [Fact]
    public void Nothing_is_accepted_twice_whatever_comes_in_whatever_order()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            ReplayMemory memory = new(random.Next(1, 40));
            HashSet<(Address, MessageId)> accepted = [];
            List<(Address From, MessageId Id, ulong Issued, ulong Until)> known = [];
            ulong now = Now;
            for (int i = 0; i < 500; i++)
            {
                now += (ulong)random.Next(0, 3_000);
                if (known.Count == 0 || random.Next(2) == 0)
                {
                    ulong issued = now - 60_000 + (ulong)random.Next(0, 180_000);
                    known.Add((random.Next(3) == 0 ? _nobody : Sender((byte)random.Next(4)),
                        MessageId.CreateRandom(), issued,
                        issued + 120_000 + (ulong)random.Next(1_000, 60_000)));
                }

                var message = known[random.Next(known.Count)];
                if (message.Until <= now)
                    continue;
                ReplayVerdict verdict =
                    memory.Remember(message.From, message.Id, message.Issued, message.Until, now);
                bool isNew = verdict != ReplayVerdict.Fresh || accepted.Add((message.From, message.Id));
                Assert.True(isNew, $"accepted twice with seed {seed}");
            }
        }
    }

    [Fact]
    public void A_message_written_now_gets_in_during_a_flood_dated_ahead()
    {
        const int Capacity = 2_400;
        const int FloodPerSecond = Capacity / 241;
        ReplayMemory memory = new(Capacity);
        for (ulong second = 0; second < 1_000; second++)
        {
            ulong now = Now + (1_000 * second);
            for (int i = 0; i < FloodPerSecond; i++)
                memory.Remember(Sender(1), MessageId.CreateRandom(), now + 120_000, now + 604_800_000, now);
            Assert.Equal(
                ReplayVerdict.Fresh,
                memory.Remember(Sender(2), MessageId.CreateRandom(), now, now + 720_000, now));
        }
    }
}
