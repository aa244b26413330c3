using Conet.Wire.Forwarding;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Forwarding;

public sealed class ControlGateTests
{
    private const int Rate = 50;
    private const int Burst = 8;
    private const long Now = 1_000_000;

    private static readonly UdpEndpoint _one = V4(0x0A010203);

    [Fact]
    public void No_prefix_ever_passes_more_than_its_burst_and_its_rate() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), KeepsToBurstAndRate);

    [Fact]
    public void A_prefix_may_send_its_burst_at_once_and_then_its_rate()
    {
        ControlGate gate = Gate(64);
        Assert.Equal(Burst, Passes(gate, _one, Now, 100));
        Assert.False(gate.TryPass(_one, Now + 19));
        Assert.True(gate.TryPass(_one, Now + 20));
        Assert.False(gate.TryPass(_one, Now + 39));
        Assert.True(gate.TryPass(_one, Now + 40));
        int passed = 0;
        for (long ms = 41; ms <= 10_040; ms++)
            passed += gate.TryPass(_one, Now + ms) ? 1 : 0;
        Assert.Equal(10 * Rate, passed);
    }

    [Fact]
    public void A_bucket_never_holds_more_than_the_burst()
    {
        ControlGate gate = Gate(64);
        Assert.Equal(Burst, Passes(gate, _one, Now, 100));
        Assert.Equal(Burst, Passes(gate, _one, Now + 1_000_000_000, 100));
        Assert.Equal(Burst, Passes(gate, _one, long.MaxValue, 100));
    }

    [Theory]
    [InlineData("10.1.2.0:1", "10.1.2.255:65535", true)]
    [InlineData("10.1.2.0:1", "10.1.3.0:1", false)]
    [InlineData("[2001:db8:1::1]:1", "[2001:db8:1:ffff:ffff:ffff:ffff:ffff]:2", true)]
    [InlineData("[2001:db8:1::1]:1", "[2001:db8:2::1]:1", false)]
    [InlineData("[::1]:1", "0.0.0.1:1", false)]
    [InlineData("[::ffff:10.1.2.3]:1", "10.1.2.4:1", true)]
    public void Sources_of_one_prefix_share_and_others_do_not(string first, string second, bool share)
    {
        ControlGate gate = Gate(64);
        Assert.True(UdpEndpoint.TryParse(first, out UdpEndpoint flooder));
        Assert.True(UdpEndpoint.TryParse(second, out UdpEndpoint other));
        Passes(gate, flooder, Now, 100);
        Assert.Equal(!share, gate.TryPass(other, Now));
        Assert.Equal(share, ControlGate.PrefixOf(flooder) == ControlGate.PrefixOf(other));
    }

    [Fact]
    public void Prefixes_without_a_place_share_a_few_bursts_and_leave_known_ones_alone()
    {
        ControlGate gate = Gate(1);
        uint[] known = [1, 2, 3, 4];
        foreach (uint prefix in known)
            Assert.True(gate.TryPass(V4(prefix << 8), Now));
        int passed = 0;
        for (uint prefix = 100; prefix < 5_000; prefix++)
            passed += gate.TryPass(V4(prefix << 8), Now) ? 1 : 0;
        Assert.Equal(Burst * Limits.ControlOverflowShare, passed);
        foreach (uint prefix in known)
            Assert.Equal(Burst - 1, Passes(gate, V4(prefix << 8), Now, 100));
    }

    [Fact]
    public void The_shared_bucket_fills_at_its_share_of_the_rate()
    {
        ControlGate gate = Gate(1);
        for (uint prefix = 1; prefix <= 4; prefix++)
            Passes(gate, V4(prefix << 8), Now, 100);
        Passes(gate, V4(99 << 8), Now, 10_000);
        int passed = 0;
        for (long ms = 1; ms <= 100; ms++)
        {
            for (uint prefix = 1; prefix <= 4; prefix++)
                Passes(gate, V4(prefix << 8), Now + ms, 100);
            passed += Passes(gate, V4((uint)(99 + ms) << 8), Now + ms, 100);
        }

        Assert.Equal(Rate * Limits.ControlOverflowShare / 10, passed);
    }

    [Fact]
    public void Forgetting_a_prefix_never_forgives_it()
    {
        ControlGate gate = Gate(16);
        Assert.Equal(Burst, Passes(gate, _one, Now, 100));
        for (uint prefix = 0; prefix < 10_000; prefix++)
            gate.TryPass(V4(0x0B000000 + (prefix << 8)), Now);
        Assert.False(gate.TryPass(_one, Now));
        Assert.False(gate.TryPass(_one, Now + 19));
        Assert.True(gate.TryPass(_one, Now + 20));
    }

    [Fact]
    public void A_place_is_given_away_once_its_bucket_is_full_again()
    {
        ControlGate gate = Gate(1);
        for (uint prefix = 1; prefix <= 4; prefix++)
            Passes(gate, V4(prefix << 8), Now, 100);
        long later = Now + (Burst * 1_000 / Rate);
        for (uint prefix = 11; prefix <= 14; prefix++)
            Assert.Equal(Burst, Passes(gate, V4(prefix << 8), later, Burst));
    }

    [Fact]
    public void A_clock_that_goes_back_adds_no_token()
    {
        ControlGate gate = Gate(64);
        Assert.Equal(Burst, Passes(gate, _one, Now, 100));
        Assert.False(gate.TryPass(_one, Now - 500_000));
        Assert.False(gate.TryPass(_one, Now));
        Assert.False(gate.TryPass(_one, Now + 19));
        Assert.True(gate.TryPass(_one, Now + 20));
    }

    [Fact]
    public void A_prefix_first_seen_while_the_clock_is_back_earns_nothing_until_it_has_caught_up()
    {
        ControlGate gate = Gate(64);
        Assert.True(gate.TryPass(V4(99 << 8), Now));
        Assert.Equal(Burst, Passes(gate, _one, Now - 1_000, 100));
        Assert.Equal(0, Passes(gate, _one, Now, 100));
        Assert.Equal(1, Passes(gate, _one, Now + 20, 100));
    }

    [Fact]
    public void The_default_burst_is_a_part_of_the_control_queue()
    {
        ControlGate gate = new(Worlds.Seed(1));
        int passed = Passes(gate, _one, Now, 2 * Limits.ControlQueueCells);
        Assert.Equal(Limits.ControlBurstCells, passed);
        Assert.True(passed * 8 < Limits.ControlQueueCells);
    }

    [Fact]
    public void It_allocates_nothing()
    {
        ControlGate gate = Gate(8);
        gate.TryPass(_one, Now);
        Allocation.AssertNone(() =>
        {
            for (uint number = 0; number < 10_000; number++)
                gate.TryPass(V4(number << 6), Now + number);
        });
    }

    [Fact]
    public void Misuse_throws()
    {
        byte[] seed = Worlds.Seed(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ControlGate(0, 1, 1, seed));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ControlGate(1, 0, 1, seed));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ControlGate(1, 1, 0, seed));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ControlGate(1, 1, int.MaxValue, seed));
        Assert.Throws<ArgumentException>(() => new ControlGate(1, 1, 1, new byte[16]));
    }

    private static UdpEndpoint V4(uint address) => UdpEndpoint.FromIPv4(address, 1);

    private static ControlGate Gate(int prefixesMax) => new(Rate, Burst, prefixesMax, Worlds.Seed(5));

    private static int Passes(ControlGate gate, in UdpEndpoint source, long nowMs, int tries)
    {
        int passed = 0;
        for (int attempt = 0; attempt < tries; attempt++)
            passed += gate.TryPass(source, nowMs) ? 1 : 0;
        return passed;
    }

    /// <summary>
    /// Fewer prefixes than places of one set: each has a bucket of its own, and at any time it has passed at
    /// most its burst and what the rate has added.
    /// </summary>
    private static bool KeepsToBurstAndRate(int seed)
    {
        Random random = new(seed);
        int rate = random.Next(1, 2_000);
        int burst = random.Next(1, 20);
        ControlGate gate = new(rate, burst, random.Next(1, 9), Worlds.Seed(seed));
        long[] passed = new long[4];
        long latest = Now;
        long now = Now;
        passed[0] += Passes(gate, V4(1 << 8), now, 1);
        for (int step = 0; step < 100; step++)
        {
            now += random.Next(10) == 0 ? -random.Next(500) : random.Next(100);
            latest = Math.Max(latest, now);
            uint prefix = (uint)random.Next(passed.Length);
            passed[prefix] += Passes(gate, V4((prefix + 1) << 8), now, random.Next(5));
            if (passed[prefix] > burst + ((latest - Now) * rate / 1_000))
                return false;
        }

        return true;
    }
}
