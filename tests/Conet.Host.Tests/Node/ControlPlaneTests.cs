using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Node;

public sealed class ControlPlaneTests : IDisposable
{
    private readonly ControlBench _bench = new();
    private readonly TestClient _client;

    public ControlPlaneTests() => _client = new TestClient(_bench, Endpoints.Of("192.0.2.10", 5_000));

    public void Dispose()
    {
        _client.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void A_cell_to_another_destination_is_not_opened()
    {
        byte[] cell = _client.SealAttach();
        NodeAddress.Own(new NodeId(2)).CopyTo(cell);
        Dropped(ControlDrop.WrongDestination, cell);
        Assert.Equal(0, _bench.Plane.Opens);
        Dropped(ControlDrop.WrongDestination, cell[..^1]);
        Dropped(ControlDrop.WrongDestination, []);
    }

    [Fact]
    public void Every_altered_byte_makes_the_cell_unreadable()
    {
        byte[] cell = _client.SealAttach();
        for (int i = CellLayout.SealOffset; i < CellLayout.Size; i += 57)
        {
            byte[] altered = [.. cell];
            altered[i] ^= 1;
            Dropped(ControlDrop.NotSealedHere, altered);
        }
    }

    [Fact]
    public void A_low_order_enc_is_refused()
    {
        byte[] cell = _client.SealAttach();
        cell.AsSpan(FirstContactSeal.EncOffset, FirstContactSeal.EncSize).Clear();
        Dropped(ControlDrop.NotSealedHere, cell);
    }

    [Fact]
    public void A_cell_for_another_network_can_not_be_read() =>
        Dropped(
            ControlDrop.NotSealedHere,
            _client.Seal(BodyKind.Attach, AttachBytes(), network: ControlBench.Network with { ChainId = 1 }));

    [Fact]
    public void A_signature_for_another_node_is_no_signature() =>
        Dropped(
            ControlDrop.BadSignature,
            _client.Seal(BodyKind.Attach, AttachBytes(), to: NodeAddress.Own(new NodeId(2))));

    [Fact]
    public void A_cell_that_was_signed_for_this_node_can_not_be_sealed_again_by_who_reads_it()
    {
        // The signature of the first cell in the envelope of a second exchange: the commitment differs.
        byte[] first = Plaintext(_client.SealAttach());
        byte[] second = Plaintext(_client.SealAttach());
        first.AsSpan(EnvelopeLayout.SignatureOffset, EnvelopeLayout.SignatureSize)
            .CopyTo(second.AsSpan(EnvelopeLayout.SignatureOffset));
        Dropped(ControlDrop.BadSignature, Reseal(second));
    }

    [Theory]
    [InlineData(120_001, ControlDrop.Early)]
    [InlineData(120_000, ControlDrop.None)]
    [InlineData(-149_999, ControlDrop.None)]
    [InlineData(-150_000, ControlDrop.Expired)]
    public void Time_is_judged_with_two_minutes_of_grace(long shiftMs, ControlDrop expected) =>
        Assert.Equal(
            expected,
            _bench.Receive(_client.Seal(BodyKind.Attach, AttachBytes(), issuedShiftMs: shiftMs), _client.At));

    [Fact]
    public void Control_that_lives_too_long_is_refused()
    {
        Dropped(
            ControlDrop.LifetimeTooLong,
            _client.Seal(BodyKind.Attach, AttachBytes(), ttl: HostLimits.ControlTtlSecondsMax + 1));
        Assert.Equal(
            ControlDrop.None,
            _bench.Receive(
                _client.Seal(BodyKind.Attach, AttachBytes(), ttl: HostLimits.ControlTtlSecondsMax),
                _client.At));
    }

    [Fact]
    public void The_same_cell_again_is_a_replay_from_wherever_it_comes()
    {
        byte[] cell = _client.SealAttach();
        Assert.Equal(ControlDrop.None, _bench.Receive(cell, _client.At));
        _bench.Sent.Clear();
        Dropped(ControlDrop.Replayed, cell);
        Assert.Equal(ControlDrop.Replayed, _bench.Receive(cell, Endpoints.Of("198.51.100.1", 1)));
        Assert.Empty(_bench.Sent);
    }

    [Fact]
    public void A_full_replay_memory_refuses_anonymous_control_and_takes_signed()
    {
        using ControlBench small = new(replayEntries: 4);
        using TestClient client = new(small, Endpoints.Of("192.0.2.10", 5_000));
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(
                ControlDrop.UnknownToken, small.Receive(client.SealToken(BodyKind.KeepAlive), client.At));
        }

        Assert.Equal(
            ControlDrop.ReplayMemoryFull, small.Receive(client.SealToken(BodyKind.KeepAlive), client.At));
        Assert.Equal(ControlDrop.None, small.Receive(client.SealAttach(), client.At));
    }

    [Fact]
    public void The_budget_of_opens_is_kept_and_fills_again()
    {
        using ControlBench bench = new(new NodeLimits { ControlOpensPerSecond = 5 });
        byte[] garbage = new byte[CellLayout.Size];
        Random.Shared.NextBytes(garbage);
        bench.Identity.OwnAddress.CopyTo(garbage);
        UdpEndpoint from = Endpoints.Of("192.0.2.1", 1);
        for (int i = 0; i < 5; i++)
            Assert.Equal(ControlDrop.NotSealedHere, bench.Receive(garbage, from));
        Assert.Equal(ControlDrop.OverBudget, bench.Receive(garbage, from));
        bench.Pass(199);
        Assert.Equal(ControlDrop.OverBudget, bench.Receive(garbage, from));
        bench.Pass(1);
        Assert.Equal(ControlDrop.NotSealedHere, bench.Receive(garbage, from));
        Assert.Equal(ControlDrop.OverBudget, bench.Receive(garbage, from));
        bench.Pass(3_600_000);
        for (int i = 0; i < 5; i++)
            Assert.Equal(ControlDrop.NotSealedHere, bench.Receive(garbage, from));
        Assert.Equal(ControlDrop.OverBudget, bench.Receive(garbage, from));
        Assert.Equal(4, bench.Plane.Drops(ControlDrop.OverBudget));
        Assert.Equal(11, bench.Plane.Opens);
    }

    [Fact]
    public void Clients_are_not_heard_at_the_node_port_nor_nodes_at_the_client_port()
    {
        Assert.Equal(
            ControlDrop.WrongPort, _bench.Receive(_client.SealAttach(), _client.At, CellRole.NodePort));
        byte[] block = new byte[ReplyBlock.Size];
        new ReplyBlock(
            NodeAddress.Own(new NodeId(2)), _client.ReturnKey.PublicKey, ulong.MaxValue).Write(block);
        Assert.Equal(ControlDrop.WrongPort, _bench.Receive(_client.Seal(BodyKind.Probe, block), _client.At));
        Assert.Equal(
            ControlDrop.WrongPort,
            _bench.Receive(_client.Seal(BodyKind.ProbeAnswer, new byte[24]), _client.At));
        Assert.Equal(ControlDrop.WrongPort, _bench.Receive(_client.Seal(BodyKind.Message, [0]), _client.At));
        Assert.Equal(
            ControlDrop.WrongPort, _bench.Receive(_client.Seal(BodyKind.Kept, new byte[20]), _client.At));
        Assert.Empty(_bench.Sent);
    }

    [Fact]
    public void Two_nodes_find_each_other_by_probes()
    {
        using ControlBench other = new(id: 2);
        UdpEndpoint here = Endpoints.Of("192.0.2.1", 4_001), there = Endpoints.Of("192.0.2.2", 4_002);
        UdpEndpoint translated = Endpoints.Of("203.0.113.9", 9);
        _bench.Probes.SetPeers([other.AsPeer(there)], _bench.MonotonicMs);
        other.Probes.SetPeers([_bench.AsPeer(here)], other.MonotonicMs);
        _bench.Tick();
        (byte[] probe, UdpEndpoint to, CellRole from) = _bench.Sent.Dequeue();
        Assert.Equal((there, CellRole.NodePort), (to, from));
        Assert.Equal(ControlDrop.None, other.Receive(probe, translated, CellRole.NodePort));
        (byte[] answer, UdpEndpoint back, CellRole port) = other.Sent.Dequeue();
        Assert.Equal((here, CellRole.NodePort), (back, port));
        Assert.False(_bench.Probes.IsReachable(new NodeId(2)));
        Assert.Equal(ControlDrop.None, _bench.Receive(answer, translated, CellRole.NodePort));
        Assert.True(_bench.Probes.IsReachable(new NodeId(2)));
        Assert.False(other.Probes.IsReachable(new NodeId(1)));
        Assert.Equal(ControlDrop.Replayed, other.Receive(probe, translated, CellRole.NodePort));
        Assert.Equal(ControlDrop.Replayed, _bench.Receive(answer, translated, CellRole.NodePort));
    }

    [Fact]
    public void An_answer_is_still_read_after_the_probe_key_was_changed_once()
    {
        using ControlBench other = new(id: 2);
        UdpEndpoint here = Endpoints.Of("192.0.2.1", 4_001), there = Endpoints.Of("192.0.2.2", 4_002);
        _bench.Probes.SetPeers([other.AsPeer(there)], _bench.MonotonicMs);
        other.Probes.SetPeers([_bench.AsPeer(here)], other.MonotonicMs);
        _bench.Tick();
        Assert.Equal(ControlDrop.None, other.Receive(_bench.Sent.Dequeue().Cell, here, CellRole.NodePort));
        byte[] answer = other.Sent.Dequeue().Cell;
        _bench.Pass(HostLimits.ProbeKeyMilliseconds);
        _bench.Tick();
        Assert.Equal(ControlDrop.None, _bench.Receive(answer, there, CellRole.NodePort));
        Assert.True(_bench.Probes.IsReachable(new NodeId(2)));
    }

    [Fact]
    public void A_probe_signed_by_somebody_else_is_not_answered()
    {
        using ControlBench other = new(id: 2);
        UdpEndpoint there = Endpoints.Of("192.0.2.2", 4_002);
        _bench.Probes.SetPeers([other.AsPeer(there)], 0);
        byte[] body = new byte[ReplyBlock.Size];
        new ReplyBlock(other.Identity.OwnAddress, _client.ReturnKey.PublicKey, ulong.MaxValue).Write(body);
        Assert.Equal(
            ControlDrop.WrongSigner,
            _bench.Receive(_client.Seal(BodyKind.Probe, body), there, CellRole.NodePort));
        new ReplyBlock(
            NodeAddress.Own(new NodeId(3)), _client.ReturnKey.PublicKey, ulong.MaxValue).Write(body);
        Assert.Equal(
            ControlDrop.UnknownProber,
            _bench.Receive(_client.Seal(BodyKind.Probe, body), there, CellRole.NodePort));
        new ReplyBlock(other.Identity.OwnAddress, _client.ReturnKey.PublicKey, _bench.UnixMs).Write(body);
        byte[] late = _client.Seal(BodyKind.Probe, body, signer: other.Identity.Signer);
        Assert.Equal(ControlDrop.MalformedBody, _bench.Receive(late, there, CellRole.NodePort));
        new ReplyBlock(other.Identity.OwnAddress, new byte[32], ulong.MaxValue).Write(body);
        byte[] unusable = _client.Seal(BodyKind.Probe, body, signer: other.Identity.Signer);
        Assert.Equal(ControlDrop.UnusableKey, _bench.Receive(unusable, there, CellRole.NodePort));
        Assert.Empty(_bench.Sent);
    }

    [Fact]
    public void A_seal_key_that_is_no_point_is_counted_and_never_answers()
    {
        _bench.Probes.SetPeers(
            [new NodePeer(new NodeId(2), _client.Wallet.Address, new byte[32], Endpoints.Of("192.0.2.2", 1))],
            0);
        _bench.Tick();
        Assert.Empty(_bench.Sent);
        Assert.Equal(1, _bench.Plane.Drops(ControlDrop.UnusableKey));
    }

    [Fact]
    public void Random_cells_never_throw_and_are_never_answered()
    {
        Random random = new(7);
        byte[] cell = new byte[CellLayout.Size];
        for (int i = 0; i < 2_000; i++)
        {
            random.NextBytes(cell);
            _bench.Identity.OwnAddress.CopyTo(cell);
            _bench.Pass(10);
            Assert.Equal(
                ControlDrop.NotSealedHere,
                _bench.Receive(cell, _client.At, i % 2 == 0 ? CellRole.ClientPort : CellRole.NodePort));
        }

        Assert.Empty(_bench.Sent);
    }

    [Fact]
    public void Random_bodies_of_every_kind_never_throw()
    {
        Random random = new(11);
        for (int i = 0; i < 1_000; i++)
        {
            byte[] body = new byte[random.Next(0, 973)];
            random.NextBytes(body);
            byte[] plaintext = Plaintext(_client.Seal((BodyKind)random.Next(0x10, 0x22), body));
            _bench.Pass(10);
            _bench.Receive(
                Reseal(plaintext), _client.At, i % 2 == 0 ? CellRole.ClientPort : CellRole.NodePort);
        }

        Assert.Equal(0, _bench.Home.Attachments);
    }

    private void Dropped(ControlDrop expected, byte[] cell)
    {
        long before = _bench.Plane.Drops(expected);
        Assert.Equal(expected, _bench.Receive(cell, _client.At));
        Assert.Equal(before + 1, _bench.Plane.Drops(expected));
        Assert.Empty(_bench.Sent);
    }

    private byte[] AttachBytes()
    {
        byte[] body = new byte[AttachBody.Size];
        AttachBody.Write(_client.ReturnAddress, _client.ReturnKey.PublicKey, 60, body);
        return body;
    }

    private byte[] Plaintext(byte[] cell)
    {
        byte[] plaintext = new byte[EnvelopeLayout.Size];
        byte[] commit = new byte[FirstContactSeal.KeyCommitSize];
        Assert.True(FirstContactSeal.TryOpen(
            ControlBench.Network, cell, _bench.Identity.SealKey, plaintext, commit));
        return plaintext;
    }

    /// <summary>Any 1092 bytes sealed by hand, as a sender with code of its own could.</summary>
    private byte[] Reseal(byte[] plaintext)
    {
        byte[] cell = new byte[CellLayout.Size];
        _bench.Identity.OwnAddress.CopyTo(cell);
        byte[] info =
        [
            .. "conet/seal/1"u8, .. Big(ControlBench.Network.ChainId),
            .. Bytes(ControlBench.Network.RouteRegistry),
            1, .. _bench.Identity.SealKey.PublicKey,
        ];
        Assert.True(Hpke.TrySetupSender(
            _bench.Identity.SealKey.PublicKey, info,
            cell.AsSpan(FirstContactSeal.EncOffset, FirstContactSeal.EncSize), out HpkeContext context));
        context.Seal(
            cell.AsSpan(0, FirstContactSeal.CiphertextOffset), plaintext,
            cell.AsSpan(FirstContactSeal.CiphertextOffset));
        context.Dispose();
        return cell;
    }

    private static byte[] Big(ulong value)
    {
        byte[] bytes = BitConverter.GetBytes(value);
        Array.Reverse(bytes);
        return bytes;
    }

    private static byte[] Bytes(Address address)
    {
        byte[] bytes = new byte[Address.Size];
        address.CopyTo(bytes);
        return bytes;
    }
}
