using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;
using Conet.Wire.Sockets;

namespace Conet.Host.Tests.Node;

/// <summary>Whole nodes on real sockets of 127.0.0.1, with tables in memory.</summary>
public sealed class NodeRuntimeTests : IAsyncDisposable
{
    private readonly List<RunningNode> _nodes = [];

    public async ValueTask DisposeAsync()
    {
        foreach (RunningNode node in _nodes)
            await node.StopAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_cell_goes_from_an_entry_node_to_the_home_and_from_there_to_the_client(int workers)
    {
        RunningNode home = await StartAsync(1, workers), entry = await StartAsync(2, workers);
        await MeetAsync();
        using SocketClient client = new(home);
        await client.AttachAsync();
        Publish(client, home);
        foreach (Address to in new[] { client.Wallet.Address, NodeAddress.Home(
            new NodeId(1), client.Wallet.Address) })
        {
            byte[] cell = client.SendTo(to, entry);
            Assert.Equal(cell, await client.ReceiveAsync());
            cell = client.SendTo(to, home);
            Assert.Equal(cell, await client.ReceiveAsync());
        }

        NodeStatus at = await UntilAsync(entry, status => status.CellsForwarded == 2);
        Assert.Equal(2, Assert.Single(at.Links).Cells);
        Assert.Equal(4, home.Runtime.Status().CellsDelivered);
        Assert.Equal(1, home.Runtime.Status().Attachments);
    }

    [Fact]
    public async Task A_worker_allocates_nothing_for_the_cells_it_forwards()
    {
        RunningNode home = await StartAsync(1), entry = await StartAsync(2);
        await MeetAsync();
        using SocketClient client = new(home);
        await client.AttachAsync();
        Publish(client, home);
        int sent = 0;
        for (int round = 0; round < 600; round++, sent += 4)
        {
            for (int i = 0; i < 4; i++)
                client.SendTo(client.Wallet.Address, entry);
            for (int i = 0; i < 4; i++)
                await client.ReceiveAsync();
        }

        NodeStatus status = await UntilAsync(entry, now => now.CellsForwarded == sent);
        Assert.InRange(status.WorkerCellsSinceWarmUp, 500, sent);
        Assert.Equal(0, status.WorkerAllocatedBytes);
        Assert.Equal(0, home.Runtime.Status().WorkerAllocatedBytes);
        Assert.Equal(0, status.WorkerAllocatedBytesPerCell);
    }

    [Fact]
    public async Task Floods_of_garbage_move_counters_and_nothing_else()
    {
        RunningNode home = await StartAsync(1), entry = await StartAsync(2);
        await MeetAsync();
        using SocketClient client = new(home);
        await client.AttachAsync();
        Publish(client, home);
        Random random = new(3);
        using UdpClient flood = new(new IPEndPoint(IPAddress.Loopback, 0));
        for (int i = 0; i < 600; i++)
        {
            byte[] wrongSize = new byte[i % 3 == 0 ? 2 * CellLayout.Size : random.Next(0, CellLayout.Size)];
            byte[] control = new byte[CellLayout.Size], lost = new byte[CellLayout.Size];
            random.NextBytes(control);
            home.Own.CopyTo(control);
            random.NextBytes(lost);
            lost[0] = 0xFF;
            flood.Send(wrongSize, home.Client);
            flood.Send(control, i % 2 == 0 ? home.Client : home.Node);
            flood.Send(lost, home.Client);
            flood.Send(lost, home.Node);
            if (i % 50 == 0)
                await Task.Delay(5);
        }

        NodeStatus status = await UntilAsync(home, now =>
            Count(now.ForwardDrops, "wrong_size") > 300
            && Count(now.ForwardDrops, "unknown_destination") > 300
            && Count(now.ForwardDrops, "crossed_route") > 300
            && Count(now.ForwardDrops, "control_rate_limited") > 300
            && Count(now.ControlDrops, "not_sealed_here") > 20);
        Assert.Equal(0, status.CellsForwarded);
        byte[] cell = client.SendTo(client.Wallet.Address, entry);
        Assert.Equal(cell, await client.ReceiveAsync());
    }

    [Fact]
    public async Task Nothing_is_forwarded_to_a_node_that_does_not_answer_probes()
    {
        RunningNode entry = await StartAsync(1);
        using UdpClient victim = new(new IPEndPoint(IPAddress.Loopback, 0));
        using SealKey key = SealKey.Create();
        using Wallet signer = Wallet.Create();
        NodePeer foreign = new(
            new NodeId(9), signer.Address, key.PublicKey.ToArray(),
            Endpoints.Of((IPEndPoint)victim.Client.LocalEndPoint!));
        entry.Tables.Nodes = [entry.Record, foreign];
        UdpReceiveResult probe = await victim.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(NodeAddress.Own(new NodeId(9)), new Address(probe.Buffer.AsSpan(0, Address.Size)));
        using SocketClient client = new(entry);
        client.SendTo(NodeAddress.Home(new NodeId(9), client.Wallet.Address), entry);
        await UntilAsync(entry, now => Count(now.ForwardDrops, "next_hop_unreachable") == 1);
        await Task.Delay(100);
        while (victim.Available > 0)
        {
            byte[] got = (await victim.ReceiveAsync()).Buffer;
            Assert.Equal(NodeAddress.Own(new NodeId(9)), new Address(got.AsSpan(0, Address.Size)));
        }
    }

    [Fact]
    public async Task A_node_finds_its_own_id_by_its_signer_and_tells_why_it_is_not_ready()
    {
        RunningNode node = new(0, 1, httpPort: 0);
        _nodes.Add(node);
        node.Tables.Status = new TableStatus();
        node.Begin();
        await UntilAsync(node, now => now.NotReady.Contains("not loaded"));
        node.Tables.Status = new TableStatus { Loaded = true, StalenessSeconds = 1 };
        await UntilAsync(node, now => now.NotReady.Contains("signer"));
        node.Tables.Nodes = [node.RecordAs(5)];
        await node.Runtime.Started.WaitAsync(TimeSpan.FromSeconds(10));
        NodeStatus status = await UntilAsync(node, now => now.Ready);
        Assert.Equal(5u, status.NodeId);
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{node.Runtime.HttpPort}") };
        Assert.Equal("ready\n", await http.GetStringAsync("/readyz"));
        using JsonDocument json = JsonDocument.Parse(await http.GetStringAsync("/status"));
        Assert.Equal(5u, json.RootElement.GetProperty("node_id").GetUInt32());
        Assert.Contains(
            "conet_drops_total{reason=\"crossed_route\"} 0", await http.GetStringAsync("/metrics"));

        node.Tables.Status = node.Tables.Status with { StalenessSeconds = 10_000 };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/readyz")).StatusCode);
        node.Tables.Status = node.Tables.Status with { StalenessSeconds = 1 };
        node.Tables.Nodes = [node.RecordAs(5) with { SealKey = new byte[32] }];
        Assert.Contains("another seal key", node.Runtime.Status().NotReady);
        node.Tables.Nodes = [];
        Assert.Contains("no active", node.Runtime.Status().NotReady);
    }

    [Fact]
    public async Task Metrics_never_hold_an_address_of_a_client()
    {
        RunningNode home = new(1, 1, httpPort: 0);
        _nodes.Add(home);
        home.Tables.Nodes = [home.Record];
        home.Begin();
        await home.Runtime.Started.WaitAsync(TimeSpan.FromSeconds(10));
        using SocketClient client = new(home);
        await client.AttachAsync();
        client.SendTo(client.Wallet.Address, home);
        await client.ReceiveAsync();
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{home.Runtime.HttpPort}") };
        foreach (string page in new[] { "/metrics", "/status", "/readyz" })
        {
            using HttpResponseMessage answer = await http.GetAsync(page);
            string text = (await answer.Content.ReadAsStringAsync()).ToLowerInvariant();
            Assert.DoesNotMatch("0x[0-9a-f]{40}(?![0-9a-f])", text); // a block's hash is longer
            Assert.DoesNotContain(client.Wallet.Address.ToHex()[2..], text);
            Assert.DoesNotContain("127.0.0.1", text);
        }
    }

    [Fact]
    public async Task A_stopped_node_frees_its_ports_and_sends_nothing_more()
    {
        RunningNode first = await StartAsync(1);
        IPEndPoint client = first.Client, node = first.Node;
        await first.StopAsync();
        Assert.True(first.Run!.IsCompletedSuccessfully);
        RunningNode second = new(1, 1, httpPort: null, client, node);
        _nodes.Add(second);
        second.Tables.Nodes = [second.Record];
        second.Begin();
        await second.Runtime.Started.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(client, second.Client);
    }

    [Fact]
    public async Task A_taken_port_is_one_clear_error()
    {
        using UdpClient taken = new(new IPEndPoint(IPAddress.Loopback, 0));
        RunningNode node = new(1, 1, httpPort: null, (IPEndPoint)taken.Client.LocalEndPoint!);
        node.Begin();
        CellSocketException error = await Assert.ThrowsAsync<CellSocketException>(() => node.Run!);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_part_that_fails_ends_the_node_with_one_line()
    {
        RunningNode node = await StartAsync(1);
        node.Tables.Failure.SetException(new InvalidDataException("broken"));
        NodeFaultException error = await Assert.ThrowsAsync<NodeFaultException>(() => node.Run!);
        Assert.Contains("broken", error.Message);
        _nodes.Clear();
    }

    private static long Count(IReadOnlyList<NamedCount> counts, string name) =>
        counts.Single(count => count.Name == name).Count;

    private static async Task<NodeStatus> UntilAsync(RunningNode node, Predicate<NodeStatus> holds)
    {
        for (int i = 0; i < 1_000; i++)
        {
            NodeStatus status = node.Runtime.Status();
            if (holds(status))
                return status;
            await Task.Delay(10);
        }

        throw new TimeoutException(
            System.Text.Encoding.UTF8.GetString(StatusText.ToJson(node.Runtime.Status())));
    }

    private async Task<RunningNode> StartAsync(uint id, int workers = 1)
    {
        RunningNode node = new(id, workers, httpPort: null);
        _nodes.Add(node);
        node.Begin();
        await node.Runtime.Started.WaitAsync(TimeSpan.FromSeconds(10));
        node.Tables.Nodes = [node.Record];
        return node;
    }

    private async Task MeetAsync()
    {
        foreach (RunningNode node in _nodes)
            node.Tables.Nodes = [.. _nodes.Select(other => other.Record)];
        foreach (RunningNode node in _nodes)
            await UntilAsync(node, status => status.Links.Count(link => link.Reachable) == _nodes.Count - 1);
    }

    private void Publish(SocketClient client, RunningNode home)
    {
        foreach (RunningNode node in _nodes)
            node.Tables.Routes.Routes = new() { [client.Wallet.Address] = [home.Id, 0, 0] };
    }
}

/// <summary>A node under test and what it runs with.</summary>
internal sealed class RunningNode
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Address _signer;
    private readonly byte[] _sealKey;

    public RunningNode(
        uint id, int workers, int? httpPort, IPEndPoint? client = null, IPEndPoint? node = null,
        IReadOnlyList<string>? xdp = null)
    {
        Id = id;
        Wallet signer = Wallet.Create();
        SealKey sealKey = SealKey.Create();
        _signer = signer.Address;
        _sealKey = sealKey.PublicKey.ToArray();
        Runtime = new NodeRuntime<MemoryHomes>(
            new NodeRuntimeOptions
            {
                NodeId = new NodeId(id),
                Network = ControlBench.Network,
                Signer = signer,
                SealKey = sealKey,
                Client = client ?? new IPEndPoint(IPAddress.Loopback, 0),
                Node = node ?? new IPEndPoint(IPAddress.Loopback, 0),
                HttpPort = httpPort,
                Workers = workers,
                XdpInterfaces = xdp ?? [],
            },
            Tables);
    }

    public uint Id { get; }

    public NodeRuntime<MemoryHomes> Runtime { get; }

    public MemoryTables Tables { get; } = new();

    public Task? Run { get; private set; }

    public Address Own => NodeAddress.Own(new NodeId(Id));

    public ReadOnlySpan<byte> SealKeyBytes => _sealKey;

    public IPEndPoint Client => Runtime.ClientEndpoint.ToIPEndPoint();

    public IPEndPoint Node => Runtime.NodeEndpoint.ToIPEndPoint();

    public NodePeer Record => RecordAs(Id);

    public NodePeer RecordAs(uint id) => new(new NodeId(id), _signer, _sealKey, Runtime.NodeEndpoint);

    public void Begin() => Run = Runtime.RunAsync(_stop.Token);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        if (Run is not null)
            await Run;
    }
}

/// <summary>A client on a real socket.</summary>
internal sealed class SocketClient : IDisposable
{
    private readonly RunningNode _home;
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly SealKey _returnKey = SealKey.Create();

    public SocketClient(RunningNode home) => _home = home;

    public Wallet Wallet { get; } = Wallet.Create();

    public async Task AttachAsync()
    {
        byte[] address = new byte[Address.Size];
        Random.Shared.NextBytes(address);
        NodeAddress.Own(new NodeId(_home.Id)).CopyTo(address);
        Random.Shared.NextBytes(address.AsSpan(4));
        byte[] attach = new byte[AttachBody.Size];
        AttachBody.Write(new Address(address), _returnKey.PublicKey, 300, attach);
        byte[] challenge = await AskAsync(BodyKind.Attach, attach, BodyKind.Challenge);
        await AskAsync(BodyKind.Confirm, challenge, BodyKind.Attached);
    }

    /// <summary>Sends a cell of random bytes and returns it.</summary>
    public byte[] SendTo(Address destination, RunningNode entry)
    {
        byte[] cell = new byte[CellLayout.Size];
        Random.Shared.NextBytes(cell);
        destination.CopyTo(cell);
        _socket.Send(cell, entry.Client);
        return cell;
    }

    public async Task<byte[]> ReceiveAsync() =>
        (await _socket.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(10))).Buffer;

    public void Dispose()
    {
        _socket.Dispose();
        _returnKey.Dispose();
        Wallet.Dispose();
    }

    private async Task<byte[]> AskAsync(BodyKind kind, byte[] body, BodyKind expected)
    {
        EnvelopeDraft draft = new()
        {
            Kind = kind,
            IssuedMs = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            TtlSec = 30,
            MessageId = MessageId.CreateRandom(),
            To = _home.Own,
            Body = body,
        };
        byte[] cell = new byte[CellLayout.Size];
        Assert.True(FirstContactSeal.TrySeal(
            ControlBench.Network, _home.Own, _home.SealKeyBytes, draft,
            kind == BodyKind.Attach ? Wallet : null, cell));
        _socket.Send(cell, _home.Client);
        byte[] answer = await ReceiveAsync();
        byte[] plaintext = new byte[EnvelopeLayout.Size];
        byte[] commit = new byte[FirstContactSeal.KeyCommitSize];
        Assert.True(FirstContactSeal.TryOpen(ControlBench.Network, answer, _returnKey, plaintext, commit));
        Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(plaintext, out Envelope envelope));
        Assert.Equal(expected, envelope.Kind);
        return envelope.Body.ToArray();
    }
}
