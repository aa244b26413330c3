using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Node;

public sealed class HomeControlTests : IDisposable
{
    private static readonly UdpEndpoint _here = Endpoints.Of("192.0.2.10", 5_000);
    private static readonly UdpEndpoint _elsewhere = Endpoints.Of("198.51.100.7", 6_000);
    private readonly ControlBench _bench = new();
    private readonly TestClient _client;

    public HomeControlTests() => _client = new TestClient(_bench, _here);

    public void Dispose()
    {
        _client.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void After_the_challenge_the_wallet_and_its_home_address_lead_to_the_client()
    {
        Assert.Equal(ControlDrop.None, _bench.Receive(_client.SealAttach(), _here));
        Assert.Equal(0, _bench.Home.Attachments);
        Assert.Empty(_bench.Locals.Addresses);
        MessageId request = _client.LastId;
        Assert.Equal(ControlDrop.None, _client.Confirm());
        Assert.True(AttachedBody.TryParse(_client.Expect(BodyKind.Attached), out AttachedBody attached));
        Assert.Equal((request, 60u), (attached.RequestId, attached.LeaseSeconds));
        Assert.Equal(_bench.Limits.AliasesPerAttachment, attached.AliasesMax);
        Assert.Equal(_here, _bench.Locals.Find(_client.Wallet.Address));
        Assert.Equal(_here, _bench.Locals.Find(NodeAddress.Home(_bench.Identity.Id, _client.Wallet.Address)));
        Assert.Equal(2, _bench.Locals.Addresses.Count);
    }

    [Fact]
    public void A_confirmation_from_another_source_is_dropped_and_the_right_one_still_counts()
    {
        _bench.Receive(_client.SealAttach(), _here);
        byte[] challenge = _client.Expect(BodyKind.Challenge);
        Assert.Equal(
            ControlDrop.WrongSource, _bench.Receive(_client.Seal(BodyKind.Confirm, challenge), _elsewhere));
        Assert.Empty(_bench.Sent);
        Assert.Equal(ControlDrop.None, _bench.Receive(_client.Seal(BodyKind.Confirm, challenge), _here));
        Assert.Equal(_here, _bench.Locals.Find(_client.Wallet.Address));
    }

    [Fact]
    public void A_spoofed_source_gets_one_cell_it_can_not_read_and_nothing_more()
    {
        _bench.Receive(_client.SealAttach(), _elsewhere);
        Assert.Single(_bench.Sent);
        _bench.Sent.Clear();
        Assert.Equal(
            ControlDrop.UnknownChallenge,
            _bench.Receive(_client.Seal(BodyKind.Confirm, new byte[48]), _elsewhere));
        Assert.Empty(_bench.Sent);
        Assert.Equal(0, _bench.Home.Attachments);
    }

    [Fact]
    public void A_wrong_challenge_is_dropped()
    {
        _bench.Receive(_client.SealAttach(), _here);
        Assert.Equal(ControlDrop.WrongChallenge, _client.Confirm(alter: body => body[47] ^= 1));
        Assert.Equal(0, _bench.Home.Attachments);
    }

    [Fact]
    public void A_challenge_can_be_confirmed_for_ten_seconds()
    {
        _bench.Receive(_client.SealAttach(), _here);
        _bench.Pass(HostLimits.PendingChallengeMilliseconds);
        Assert.Equal(ControlDrop.UnknownChallenge, _client.Confirm());
        Assert.Equal(1, _bench.Home.PendingChallenges);
        _bench.Tick();
        Assert.Equal(0, _bench.Home.PendingChallenges);
    }

    [Fact]
    public void A_second_confirmation_gets_the_same_answer_again()
    {
        _bench.Receive(_client.SealAttach(), _here);
        byte[] challenge = _client.Expect(BodyKind.Challenge);
        _bench.Receive(_client.Seal(BodyKind.Confirm, challenge), _here);
        byte[] first = _client.Expect(BodyKind.Attached);
        _bench.Receive(_client.Seal(BodyKind.Confirm, challenge), _here);
        Assert.Equal(first, _client.Expect(BodyKind.Attached));
        Assert.Equal(1, _bench.Home.Attachments);
    }

    [Fact]
    public void Two_ATTACH_of_the_same_client_that_cross_leave_it_one_token()
    {
        _bench.Receive(_client.SealAttach(), _here);
        byte[] one = _client.Expect(BodyKind.Challenge);
        _bench.Receive(_client.SealAttach(), _here);
        byte[] two = _client.Expect(BodyKind.Challenge);
        _bench.Receive(_client.Seal(BodyKind.Confirm, one), _here);
        AttachedBody.TryParse(_client.Expect(BodyKind.Attached), out AttachedBody first);
        _bench.Receive(_client.Seal(BodyKind.Confirm, two), _here);
        AttachedBody.TryParse(_client.Expect(BodyKind.Attached), out AttachedBody second);
        Assert.Equal(first.Token, second.Token);
    }

    [Fact]
    public void A_return_address_under_another_node_is_dropped()
    {
        byte[] address = new byte[Address.Size];
        address[3] = 9;
        address[19] = 1;
        _client.ReturnAddress = new Address(address);
        Assert.Equal(ControlDrop.WrongNode, _bench.Receive(_client.SealAttach(), _here));
    }

    [Fact]
    public void A_return_key_that_is_no_point_is_not_answered() =>
        Assert.Equal(
            ControlDrop.UnusableKey, _bench.Receive(_client.SealAttach(returnKey: new byte[32]), _here));

    [Theory]
    [InlineData(29u)]
    [InlineData(86_401u)]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    public void A_lease_out_of_range_is_refused_after_the_challenge(uint lease)
    {
        _bench.Receive(_client.SealAttach(lease), _here);
        Assert.Equal(ControlDrop.None, _client.Confirm());
        Assert.Equal(RefusalReason.LeaseOutOfRange, _client.ExpectRefusal());
        Assert.Equal(0, _bench.Home.Attachments);
    }

    [Fact]
    public void The_lease_granted_is_at_most_the_node_s()
    {
        using ControlBench bench = new(new NodeLimits { LeaseSeconds = 45 });
        using TestClient client = new(bench, _here);
        bench.Receive(client.SealAttach(3_600), _here);
        client.Confirm();
        AttachedBody.TryParse(client.Expect(BodyKind.Attached), out AttachedBody attached);
        Assert.Equal(45u, attached.LeaseSeconds);
    }

    [Fact]
    public void A_lease_ends_unless_it_is_kept_alive()
    {
        _client.Attach(60);
        _bench.Pass(59_999);
        _bench.Tick();
        Assert.Equal(ControlDrop.None, _bench.Receive(_client.SealToken(BodyKind.KeepAlive), _here));
        KeptBody.TryParse(_client.Expect(BodyKind.Kept), out KeptBody kept);
        Assert.Equal((_client.LastId, 60u), (kept.RequestId, kept.LeaseSeconds));
        _bench.Pass(60_000);
        Assert.Equal(ControlDrop.UnknownToken, _bench.Receive(_client.SealToken(BodyKind.KeepAlive), _here));
        _bench.Tick();
        Assert.Equal(0, _bench.Home.Attachments);
        Assert.Empty(_bench.Locals.Addresses);
        Assert.Equal(0, _bench.Locals.Places);
    }

    [Fact]
    public void A_client_whose_source_changed_is_moved_when_it_confirms_from_there()
    {
        _client.Attach();
        byte[] secret = Secret(1);
        _bench.Receive(_client.SealAliases(60, secret), _here);
        _client.Expect(BodyKind.AliasResult);
        _bench.Receive(_client.SealToken(BodyKind.KeepAlive), _elsewhere);
        MessageId request = _client.LastId;
        Assert.Equal(_here, _bench.Locals.Find(_client.Wallet.Address));
        Assert.Equal(ControlDrop.None, _client.Confirm(_elsewhere));
        KeptBody.TryParse(_client.Expect(BodyKind.Kept, _elsewhere), out KeptBody kept);
        Assert.Equal(request, kept.RequestId);
        Assert.Equal(_elsewhere, _bench.Locals.Find(_client.Wallet.Address));
        Assert.Equal(_elsewhere, _bench.Locals.Find(NodeAddress.Alias(_bench.Identity.Id, secret)));
        Assert.Equal(1, _bench.Locals.Places);
    }

    [Fact]
    public void Who_replays_a_keep_alive_from_elsewhere_does_not_move_the_client()
    {
        _client.Attach();
        byte[] cell = _client.SealToken(BodyKind.KeepAlive);
        Assert.Equal(ControlDrop.None, _bench.Receive(cell, _here));
        _bench.Sent.Clear();
        Assert.Equal(ControlDrop.Replayed, _bench.Receive(cell, _elsewhere));

        // Overtaken on the way: the thief's copy comes first, but it can't read the challenge.
        byte[] overtaken = _client.SealToken(BodyKind.KeepAlive);
        Assert.Equal(ControlDrop.None, _bench.Receive(overtaken, _elsewhere));
        Assert.Single(_bench.Sent);
        Assert.Equal(_here, _bench.Locals.Find(_client.Wallet.Address));
    }

    [Fact]
    public void A_move_of_an_attachment_that_ended_is_refused()
    {
        _client.Attach();
        _bench.Receive(_client.SealToken(BodyKind.KeepAlive), _elsewhere);
        byte[] challenge = _client.Expect(BodyKind.Challenge, _elsewhere);
        _bench.Receive(_client.SealToken(BodyKind.Detach), _here);
        _client.Expect(BodyKind.Kept);
        _bench.Receive(_client.Seal(BodyKind.Confirm, challenge), _elsewhere);
        _client.At = _elsewhere;
        Assert.Equal(RefusalReason.UnknownToken, _client.ExpectRefusal());
    }

    [Theory]
    [InlineData(BodyKind.KeepAlive)]
    [InlineData(BodyKind.Detach)]
    public void An_unknown_token_is_dropped(BodyKind kind)
    {
        _client.Attach();
        _client.Token = new AttachToken(Secret(9));
        Assert.Equal(ControlDrop.UnknownToken, _bench.Receive(_client.SealToken(kind), _here));
        Assert.Equal(ControlDrop.UnknownToken, _bench.Receive(_client.SealAliases(60, Secret(1)), _here));
        Assert.Equal(
            ControlDrop.UnknownToken, _bench.Receive(_client.SealRevoke(_client.ReturnAddress), _here));
        Assert.Empty(_bench.Sent);
        Assert.Equal(1, _bench.Home.Attachments);
    }

    [Fact]
    public void From_another_source_aliases_and_detach_are_dropped()
    {
        _client.Attach();
        Assert.Equal(ControlDrop.WrongSource, _bench.Receive(_client.SealAliases(60, Secret(1)), _elsewhere));
        Assert.Equal(ControlDrop.WrongSource, _bench.Receive(_client.SealToken(BodyKind.Detach), _elsewhere));
        Assert.Empty(_bench.Sent);
        Assert.Equal(1, _bench.Home.Attachments);
        Assert.Equal(0, _bench.Home.Aliases);
    }

    [Fact]
    public void Aliases_lead_to_the_client_until_they_end()
    {
        _client.Attach(3_600);
        byte[] shortLived = Secret(1), longLived = Secret(2);
        Assert.Equal(0b1u, Register(_client, 10, shortLived));
        Assert.Equal(0b1u, Register(_client, 1_000, longLived));
        Assert.Equal(_here, _bench.Locals.Find(Alias(shortLived)));
        _bench.Pass(10_000);
        _bench.Tick();
        Assert.Null(_bench.Locals.Find(Alias(shortLived)));
        Assert.Equal(_here, _bench.Locals.Find(Alias(longLived)));
        Assert.Equal(1, _bench.Home.Aliases);
        Assert.Equal(0b1u, Register(_client, 20, longLived));
        _bench.Pass(20_000);
        _bench.Tick();
        Assert.Equal(0, _bench.Home.Aliases);
    }

    [Fact]
    public void An_alias_can_not_be_taken_from_another_client()
    {
        using TestClient thief = new(_bench, _elsewhere);
        _client.Attach();
        thief.Attach();
        byte[] mine = Secret(1), theirs = Secret(2);
        Assert.Equal(0b1u, Register(_client, 60, mine));
        Assert.Equal(0b10u, Register(thief, 60, mine, theirs));
        Assert.Equal(_here, _bench.Locals.Find(Alias(mine)));
        _bench.Receive(thief.SealRevoke(Alias(mine)), _elsewhere);
        thief.Expect(BodyKind.AliasResult);
        Assert.Equal(_here, _bench.Locals.Find(Alias(mine)));
    }

    [Fact]
    public void A_revoked_alias_leads_nowhere_and_may_be_registered_by_who_knows_its_secret()
    {
        _client.Attach();
        byte[] secret = Secret(1);
        Register(_client, 60, secret);
        _bench.Receive(_client.SealRevoke(Alias(secret), Alias(Secret(5))), _here);
        AliasResultBody.TryParse(_client.Expect(BodyKind.AliasResult), out AliasResultBody result);
        Assert.Equal((_client.LastId, 0u), (result.RequestId, result.Accepted));
        Assert.Null(_bench.Locals.Find(Alias(secret)));
        Assert.Equal(0b1u, Register(_client, 60, secret));
    }

    [Fact]
    public void An_alias_without_lifetime_is_not_in_force()
    {
        _client.Attach();
        Assert.Equal(0u, Register(_client, 0, Secret(1)));
        Assert.Equal(0, _bench.Home.Aliases);
    }

    [Fact]
    public void More_aliases_than_allowed_are_refused_and_those_held_can_be_renewed()
    {
        using ControlBench bench = new(new NodeLimits { AliasesPerAttachment = 2 });
        using TestClient client = new(bench, _here);
        client.Attach();
        Assert.Equal(0b011u, Register(bench, client, 60, Secret(1), Secret(2), Secret(3)));
        bench.Receive(client.SealAliases(60, Secret(4)), _here);
        Assert.Equal(RefusalReason.TooManyAliases, client.ExpectRefusal());
        Assert.Equal(0b10u, Register(bench, client, 60, Secret(3), Secret(1)));
        Assert.Equal(2, bench.Home.Aliases);
    }

    [Fact]
    public void Aliases_of_all_clients_together_are_bounded()
    {
        using ControlBench bench = new(new NodeLimits { Aliases = 3 });
        using TestClient one = new(bench, _here), two = new(bench, _elsewhere);
        one.Attach();
        two.Attach();
        Assert.Equal(0b11u, Register(bench, one, 60, Secret(1), Secret(2)));
        Assert.Equal(0b01u, Register(bench, two, 60, Secret(3), Secret(4)));
        Assert.Equal(3, bench.Home.Aliases);
    }

    [Fact]
    public void A_later_attachment_of_the_wallet_takes_the_place_of_the_earlier()
    {
        _client.Attach();
        Register(_client, 60, Secret(1));
        using TestClient later = new(_bench, _elsewhere, Copy(_client.Wallet));
        later.Attach();
        Assert.Equal(1, _bench.Home.Attachments);
        Assert.Equal(0, _bench.Home.Aliases);
        Assert.Equal(_elsewhere, _bench.Locals.Find(_client.Wallet.Address));
        Assert.Null(_bench.Locals.Find(Alias(Secret(1))));
        Assert.Equal(ControlDrop.UnknownToken, _bench.Receive(_client.SealToken(BodyKind.KeepAlive), _here));
        Assert.Equal(0b1u, Register(later, 60, Secret(1)));
    }

    [Fact]
    public void Detach_ends_everything_of_the_client()
    {
        _client.Attach();
        Register(_client, 60, Secret(1));
        Assert.Equal(ControlDrop.None, _bench.Receive(_client.SealToken(BodyKind.Detach), _here));
        KeptBody.TryParse(_client.Expect(BodyKind.Kept), out KeptBody kept);
        Assert.Equal((_client.LastId, 0u), (kept.RequestId, kept.LeaseSeconds));
        Assert.Empty(_bench.Locals.Addresses);
        Assert.Equal(0, _bench.Locals.Places);
        Assert.Equal((0, 0), (_bench.Home.Attachments, _bench.Home.Aliases));
    }

    [Fact]
    public void A_full_node_refuses_in_place_of_the_challenge_and_keeps_who_is_attached()
    {
        using ControlBench bench = new(new NodeLimits { Attachments = 1 });
        using TestClient first = new(bench, _here), second = new(bench, _elsewhere);
        first.Attach();
        Assert.Equal(ControlDrop.None, bench.Receive(second.SealAttach(), _elsewhere));
        Assert.Equal(RefusalReason.NoRoom, second.ExpectRefusal());
        first.Attach();
        Assert.Equal(1, bench.Home.Attachments);
    }

    [Fact]
    public void A_node_that_fills_up_between_challenge_and_confirmation_refuses()
    {
        using ControlBench bench = new(new NodeLimits { Attachments = 1 });
        using TestClient first = new(bench, _here), second = new(bench, _elsewhere);
        bench.Receive(second.SealAttach(), _elsewhere);
        byte[] challenge = second.Expect(BodyKind.Challenge);
        first.Attach();
        bench.Receive(second.Seal(BodyKind.Confirm, challenge), _elsewhere);
        Assert.Equal(RefusalReason.NoRoom, second.ExpectRefusal());
    }

    [Fact]
    public void A_full_table_of_addresses_refuses_and_leaves_nothing_behind()
    {
        _bench.Locals.Room = 1;
        _bench.Receive(_client.SealAttach(), _here);
        _client.Confirm();
        Assert.Equal(RefusalReason.NoRoom, _client.ExpectRefusal());
        Assert.Empty(_bench.Locals.Addresses);
        Assert.Equal(0, _bench.Locals.Places);
    }

    [Fact]
    public void One_source_prefix_gets_its_share_of_challenges_and_no_more()
    {
        using ControlBench bench = new(new NodeLimits { PendingChallenges = 32 });
        int share = 32 / HostLimits.PendingPrefixDivisor;
        for (int i = 0; i < share + 2; i++)
        {
            using TestClient client = new(bench, Endpoints.Of($"203.0.113.{i}", 1_000 + i));
            ControlDrop expected = i < share ? ControlDrop.None : ControlDrop.TooManyChallenges;
            Assert.Equal(expected, bench.Receive(client.SealAttach(), client.At));
        }

        using TestClient other = new(bench, _here);
        Assert.Equal(ControlDrop.None, bench.Receive(other.SealAttach(), _here));
        bench.Pass(HostLimits.PendingChallengeMilliseconds);
        bench.Tick();
        using TestClient again = new(bench, Endpoints.Of("203.0.113.1", 7));
        Assert.Equal(ControlDrop.None, bench.Receive(again.SealAttach(), again.At));
    }

    [Fact]
    public void Challenges_of_all_sources_together_are_bounded()
    {
        using ControlBench bench = new(new NodeLimits { PendingChallenges = 16 });
        for (int i = 0; i < 17; i++)
        {
            using TestClient client = new(bench, Endpoints.Of($"203.0.{i}.1", 1_000));
            ControlDrop expected = i < 16 ? ControlDrop.None : ControlDrop.TooManyChallenges;
            Assert.Equal(expected, bench.Receive(client.SealAttach(), client.At));
        }

        Assert.Equal(16, bench.Home.PendingChallenges);
    }

    [Fact]
    public void One_source_prefix_gets_its_share_of_attachments_and_no_more()
    {
        using ControlBench bench = new(new NodeLimits { Attachments = 8 });
        int share = 8 / HostLimits.AttachmentsPrefixDivisor;
        for (int i = 0; i < share; i++)
        {
            using TestClient client = new(bench, Endpoints.Of($"203.0.113.{i}", 1_000 + i));
            client.Attach();
        }

        using TestClient more = new(bench, Endpoints.Of("203.0.113.99", 1));
        bench.Receive(more.SealAttach(), more.At);
        Assert.Equal(RefusalReason.NoRoom, more.ExpectRefusal());
        using TestClient other = new(bench, _here);
        other.Attach();
        Assert.Equal(share + 1, bench.Home.Attachments);
    }

    [Theory]
    [InlineData(BodyKind.Attach)]
    [InlineData(BodyKind.Confirm)]
    [InlineData(BodyKind.KeepAlive)]
    [InlineData(BodyKind.AliasRegister)]
    [InlineData(BodyKind.AliasRevoke)]
    [InlineData(BodyKind.Detach)]
    public void A_body_of_another_length_is_malformed(BodyKind kind)
    {
        Assert.Equal(ControlDrop.MalformedBody, _bench.Receive(_client.Seal(kind, new byte[15]), _here));
        Assert.Equal(ControlDrop.MalformedBody, _bench.Receive(_client.Seal(kind, []), _here));
        Assert.Equal(ControlDrop.MalformedBody, _bench.Receive(_client.Seal(kind, new byte[972]), _here));
    }

    private static byte[] Secret(byte fill)
    {
        byte[] secret = new byte[32];
        secret.AsSpan().Fill(fill);
        return secret;
    }

    private static Wallet Copy(Wallet wallet)
    {
        byte[] secret = new byte[32];
        wallet.ExportSecret(secret);
        Assert.True(Wallet.TryImport(secret, out Wallet? copy));
        return copy!;
    }

    private Address Alias(byte[] secret) => NodeAddress.Alias(_bench.Identity.Id, secret);

    private uint Register(TestClient client, uint lifetime, params byte[][] secrets) =>
        Register(_bench, client, lifetime, secrets);

    private static uint Register(
        ControlBench bench, TestClient client, uint lifetime, params byte[][] secrets)
    {
        Assert.Equal(ControlDrop.None, bench.Receive(client.SealAliases(lifetime, secrets), client.At));
        Assert.True(
            AliasResultBody.TryParse(client.Expect(BodyKind.AliasResult), out AliasResultBody result));
        Assert.Equal(client.LastId, result.RequestId);
        return result.Accepted;
    }
}
