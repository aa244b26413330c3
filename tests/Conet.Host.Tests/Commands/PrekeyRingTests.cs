using Conet.Client;
using Conet.Host.Commands;
using Conet.Wire.Addresses;

namespace Conet.Host.Tests.Commands;

/// <summary>Which prekey is published next, and which are kept.</summary>
public sealed class PrekeyRingTests
{
    private const ulong Minute = 60_000;

    [Fact]
    public void The_first_is_fresh_and_follows_the_chain()
    {
        using PrekeyRing ring = new([]);
        StoredPrekey first = ring.Next([], chainEpoch: 7, nowMs: Minute);
        Assert.Equal(8u, first.Epoch);
        Assert.True(ring.Has(first.Key.PublicKey));
        Assert.Same(first.Key, Assert.Single(ring.KeysFor(first.Key.PublicKey)));
    }

    [Fact]
    public void An_attempt_that_failed_a_moment_ago_is_taken_up_again()
    {
        using PrekeyRing ring = new([]);
        StoredPrekey first = ring.Next([], 0, Minute);
        Assert.Same(first, ring.Next([], 0, 2 * Minute));
        Assert.NotSame(first, ring.Next([], 0, 20 * Minute));
    }

    [Fact]
    public void One_that_is_in_force_is_followed_by_a_fresh_one_and_still_opens()
    {
        using PrekeyRing ring = new([]);
        StoredPrekey first = ring.Next([], 0, Minute);
        byte[] inForce = first.Key.PublicKey.ToArray();
        StoredPrekey second = ring.Next(inForce, 1, Minute);
        Assert.Equal(2u, second.Epoch);
        Assert.Equal([second.Key, first.Key], ring.KeysFor(second.Key.PublicKey));
        Assert.Equal([first.Key, second.Key], ring.KeysFor(inForce));
    }

    [Fact]
    public void The_key_in_force_is_never_let_go_however_many_attempts_fail()
    {
        using PrekeyRing ring = new([]);
        byte[] inForce = ring.Next([], 0, Minute).Key.PublicKey.ToArray();
        for (ulong attempt = 1; attempt < 20; attempt++)
        {
            ring.Next(inForce, 1, attempt * 20 * Minute);
            Assert.True(ring.Has(inForce));
            Assert.InRange(ring.Prekeys.Count, 1, ClientLimits.PrekeysStoredMax);
        }
    }

    [Fact]
    public void On_another_network_whose_epochs_are_behind_the_file_stays_in_order()
    {
        using Wallet wallet = Wallet.Create();
        using PrekeyRing ring = new([]);
        for (uint chain = 5; chain-- > 0;)
        {
            ring.Next([], chain, (6 - chain) * 20 * Minute);
            Assert.True(PrekeyFile.TryDecode(
                PrekeyFile.Encode(wallet, ring.Prekeys), wallet, out StoredPrekey[] read));
            Assert.Equal(ring.Prekeys.Select(prekey => prekey.Epoch), read.Select(prekey => prekey.Epoch));
            foreach (StoredPrekey prekey in read)
                prekey.Key.Dispose();
        }
    }
}
