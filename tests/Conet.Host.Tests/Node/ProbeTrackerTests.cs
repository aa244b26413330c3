using System.Net;
using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Node;

public sealed class ProbeTrackerTests
{
    private static readonly NodeId _self = new(1);
    private int _ids;

    [Fact]
    public void A_record_that_appears_is_probed_at_once_and_only_once()
    {
        ProbeTracker tracker = Tracker(Peer(1), Peer(2), Peer(3));
        Assert.Equal([2u, 3u], Due(tracker, 0));
        Assert.Empty(Due(tracker, 0));
        Assert.Equal(2, tracker.Count);
    }

    [Fact]
    public void A_node_is_reachable_for_90_seconds_after_its_answer()
    {
        ProbeTracker tracker = Tracker(Peer(2));
        MessageId id = Probe(tracker, 2, 0);
        Assert.False(tracker.IsReachable(new NodeId(2)));
        Assert.True(tracker.TryTakeAnswer(id, 1_000, out NodeId who));
        Assert.Equal(2u, who.Value);
        Assert.True(tracker.IsReachable(new NodeId(2)));
        Assert.Equal([2u], tracker.Reachable().Select(peer => peer.Id.Value));
        tracker.Tick(90_999);
        Assert.True(tracker.IsReachable(new NodeId(2)));
        long version = tracker.Version;
        tracker.Tick(91_000);
        Assert.False(tracker.IsReachable(new NodeId(2)));
        Assert.True(tracker.Version > version);
        Assert.Empty(tracker.Reachable());
    }

    [Fact]
    public void An_answer_counts_once_and_only_to_a_probe_that_was_sent()
    {
        ProbeTracker tracker = Tracker(Peer(2));
        MessageId id = Probe(tracker, 2, 0);
        Assert.False(tracker.TryTakeAnswer(Id(), 1, out _));
        Assert.True(tracker.TryTakeAnswer(id, 1, out _));
        Assert.False(tracker.TryTakeAnswer(id, 2, out _));
    }

    [Fact]
    public void An_answer_that_comes_after_90_seconds_does_not_count()
    {
        ProbeTracker tracker = Tracker(Peer(2));
        MessageId id = Probe(tracker, 2, 0);
        Assert.False(tracker.TryTakeAnswer(id, 90_001, out _));
        Assert.False(tracker.IsReachable(new NodeId(2)));
    }

    [Fact]
    public void A_silent_node_is_probed_at_growing_intervals_up_to_a_minute()
    {
        ProbeTracker tracker = Tracker(Peer(2));
        List<long> times = [];
        for (long now = 0; now < 400_000; now += 100)
        {
            if (Due(tracker, now).Length > 0)
                times.Add(now);
        }

        long[] gaps = [.. times.Zip(times.Skip(1), (a, b) => b - a)];
        Assert.Equal(
            [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000, 60_000], gaps);
    }

    [Fact]
    public void An_idle_neighbour_is_probed_every_30_seconds_and_a_busy_one_every_2()
    {
        ProbeTracker tracker = Tracker(Peer(2));
        Assert.True(tracker.TryTakeAnswer(Probe(tracker, 2, 0), 10, out _));
        Assert.Empty(Due(tracker, 29_999));
        Assert.Single(Due(tracker, 30_000));
        tracker.NoteFlow(new NodeId(2), 31_000);
        Assert.Empty(Due(tracker, 31_999));
        Assert.Single(Due(tracker, 32_000));
        Assert.Single(Due(tracker, 34_000));
        tracker.NoteFlow(new NodeId(2), 35_000);
        Assert.Single(Due(tracker, 64_000));
        Assert.Single(Due(tracker, 66_000));
        Assert.Empty(Due(tracker, 95_999));
        Assert.Single(Due(tracker, 96_000));
    }

    [Fact]
    public void A_changed_endpoint_must_answer_anew_and_an_old_answer_does_not_help()
    {
        ProbeTracker tracker = Tracker(Peer(2));
        MessageId old = Probe(tracker, 2, 0);
        Assert.True(tracker.TryTakeAnswer(Probe(tracker, 2, 2_000), 2_001, out _));
        tracker.SetPeers([Peer(2, port: 9_999)], 3_000);
        Assert.False(tracker.IsReachable(new NodeId(2)));
        Assert.False(tracker.TryTakeAnswer(old, 3_001, out _));
        Assert.False(tracker.IsReachable(new NodeId(2)));
        MessageId anew = Probe(tracker, 2, 3_000);
        Assert.True(tracker.TryTakeAnswer(anew, 3_002, out _));
        Assert.True(tracker.IsReachable(new NodeId(2)));
    }

    [Fact]
    public void A_record_that_stays_the_same_keeps_what_is_known_of_it()
    {
        ProbeTracker tracker = Tracker(Peer(2));
        Assert.True(tracker.TryTakeAnswer(Probe(tracker, 2, 0), 1, out _));
        long version = tracker.Version;
        tracker.SetPeers([Peer(2), Peer(3)], 100);
        Assert.True(tracker.IsReachable(new NodeId(2)));
        Assert.Equal(version, tracker.Version);
        tracker.SetPeers([Peer(3)], 200);
        Assert.False(tracker.IsReachable(new NodeId(2)));
        Assert.True(tracker.Version > version);
    }

    [Fact]
    public void A_forbidden_endpoint_is_never_probed_nor_reachable()
    {
        ProbeTracker tracker = new(_self, endpoint => endpoint.Port != 666);
        tracker.SetPeers([Peer(2, port: 666), Peer(3)], 0);
        Assert.Equal([3u], Due(tracker, 0));
        Assert.Equal([new NodeId(2)], tracker.Forbidden);
        Assert.Equal(ProbeVerdict.UnknownNode, tracker.Admit(new NodeId(2), Signer(2), 0, out _));
    }

    [Fact]
    public void A_probe_is_answered_at_the_registered_endpoint_at_most_once_a_second()
    {
        ProbeTracker tracker = Tracker(Peer(2));
        Assert.Equal(ProbeVerdict.Answer, tracker.Admit(new NodeId(2), Signer(2), 0, out NodePeer? peer));
        Assert.Equal(Peer(2).Endpoint, peer!.Endpoint);
        Assert.Equal(ProbeVerdict.TooOften, tracker.Admit(new NodeId(2), Signer(2), 999, out _));
        Assert.Equal(ProbeVerdict.Answer, tracker.Admit(new NodeId(2), Signer(2), 1_000, out _));
        Assert.Equal(ProbeVerdict.WrongSigner, tracker.Admit(new NodeId(2), Signer(3), 9_000, out _));
        Assert.Equal(ProbeVerdict.UnknownNode, tracker.Admit(new NodeId(4), Signer(4), 9_000, out _));
        Assert.False(tracker.IsReachable(new NodeId(2)));
    }

    [Fact]
    public void The_probes_that_wait_are_bounded()
    {
        ProbeTracker tracker = Tracker(Peer(2));
        MessageId first = Probe(tracker, 2, 0);
        MessageId last = first;
        for (int i = 0; i < HostLimits.ProbesOutstandingPerNode; i++)
            last = Probe(tracker, 2, 0);
        Assert.False(tracker.TryTakeAnswer(first, 1, out _));
        Assert.True(tracker.TryTakeAnswer(last, 1, out _));
    }

    [Fact]
    public void One_round_probes_no_more_than_its_share_and_forgets_nobody()
    {
        ProbeTracker tracker = Tracker([.. Enumerable.Range(2, 50).Select(id => Peer((uint)id))]);
        HashSet<uint> probed = [];
        NodePeer[] due = new NodePeer[16];
        for (int round = 0; round < 4; round++)
        {
            int count = tracker.TakeDue(due, 0);
            Assert.InRange(count, 0, 16);
            foreach (NodePeer peer in due.AsSpan(0, count))
                Assert.True(probed.Add(peer.Id.Value));
        }

        Assert.Equal(50, probed.Count);
    }

    private static uint[] Due(ProbeTracker tracker, long now)
    {
        NodePeer[] due = new NodePeer[64];
        int count = tracker.TakeDue(due, now);
        return [.. due.Take(count).Select(peer => peer.Id.Value).Order()];
    }

    private static ProbeTracker Tracker(params NodePeer[] peers)
    {
        ProbeTracker tracker = new(_self, _ => true);
        tracker.SetPeers(peers, 0);
        return tracker;
    }

    private static NodePeer Peer(uint id, int port = 0) => new(
        new NodeId(id),
        Signer(id),
        new byte[32],
        Endpoints.Of(new IPEndPoint(IPAddress.Parse("192.0.2.1"), port == 0 ? (int)(1_000 + id) : port)));

    private static Address Signer(uint id) => NodeAddress.Own(new NodeId(id + 1_000));

    private MessageId Probe(ProbeTracker tracker, uint id, long now)
    {
        Due(tracker, now);
        MessageId request = Id();
        tracker.NoteProbe(new NodeId(id), request);
        return request;
    }

    private MessageId Id()
    {
        byte[] bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, ++_ids);
        return new MessageId(bytes);
    }
}
