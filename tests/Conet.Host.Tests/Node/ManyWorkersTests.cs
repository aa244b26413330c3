using System.Net;
using System.Net.Sockets;
using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Sockets;

namespace Conet.Host.Tests.Node;

/// <summary>Nodes whose workers share their ports.</summary>
public sealed class ManyWorkersTests : IAsyncDisposable
{
    private const int Sources = 48;
    private const int Rounds = 20;

    private readonly List<RunningNode> _nodes = [];

    public async ValueTask DisposeAsync()
    {
        foreach (RunningNode node in _nodes)
            await node.StopAsync();
    }

    [SkippableTheory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_cell_of_many_sources_comes_once_to_whom_it_is_for(int workers)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "ports are shared between workers on Linux");
        RunningNode entry = await StartAsync(1, workers);
        RunningNode[] homes = [await StartAsync(2, workers), await StartAsync(3, workers)];
        await MeetAsync();
        using SocketClient first = new(homes[0]), second = new(homes[1]);
        SocketClient[] clients = [first, second];
        foreach (SocketClient client in clients)
            await client.AttachAsync();
        foreach (RunningNode node in _nodes)
        {
            node.Tables.Routes.Routes = new()
            {
                [first.Wallet.Address] = [2, 0, 0],
                [second.Wallet.Address] = [3, 0, 0],
            };
        }

        await SendAsync(entry, clients, new Random(workers));

        // A probe may come in while the numbers are read, so they are read until they agree.
        NodeStatus status = await UntilAsync(entry, now =>
            now.Received.Sum(count => count.Count) == now.Workers.Sum(worker => worker.Received)
            && now.ForwardDrops.Sum(count => count.Count) == now.Workers.Sum(worker => worker.Dropped)
            && now.CellsForwarded == Sources * Rounds);
        Assert.Equal(workers, status.Workers.Count);
        Assert.Equal(Sources * Rounds, status.Workers.Sum(worker => worker.Forwarded));
        Assert.True(
            status.Workers.Count(worker => worker.Forwarded > 0) > 1, "one worker did all the work");
        Assert.Equal([2u, 3u], status.Links.Select(link => link.NodeId).Order());
        Assert.All(status.Links, link => Assert.Equal(Sources * Rounds / 2, link.Cells));
        foreach (RunningNode home in homes)
            Assert.Equal(Sources * Rounds / 2, home.Runtime.Status().CellsDelivered);
    }

    [SkippableFact]
    public async Task Clients_attach_whichever_worker_hears_them()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "ports are shared between workers on Linux");
        RunningNode home = await StartAsync(1, workers: 4);
        SocketClient[] clients = [.. Enumerable.Range(0, 12).Select(_ => new SocketClient(home))];
        foreach (SocketClient client in clients)
            await client.AttachAsync();
        Assert.Equal(clients.Length, home.Runtime.Status().Attachments);
        foreach (SocketClient client in clients)
        {
            byte[] cell = clients[0].SendTo(client.Wallet.Address, home);
            Assert.Equal(cell, await client.ReceiveAsync());
        }

        foreach (SocketClient client in clients)
            client.Dispose();
        Assert.True(home.Runtime.Status().Workers.Count(worker => worker.Received > 0) > 1);
    }

    [SkippableFact]
    public async Task Several_workers_have_a_core_each_when_there_are_enough_and_one_roams()
    {
        Skip.If(WorkerCores.Allowed.Count < 2, "two cores are needed");
        RunningNode pair = await StartAsync(1, workers: 2), single = await StartAsync(2, workers: 1);
        NodeStatus status = await UntilAsync(pair, now => now.Workers.All(worker => worker.Core >= 0));
        Assert.Equal(WorkerCores.Allowed.Take(2), status.Workers.Select(worker => worker.Core));
        RunningNode crowd = await StartAsync(3, workers: WorkerCores.Allowed.Count + 1);
        await Task.Delay(200);
        Assert.All(crowd.Runtime.Status().Workers, worker => Assert.Equal(WorkerCores.Any, worker.Core));
        Assert.Equal(WorkerCores.Any, Assert.Single(single.Runtime.Status().Workers).Core);
    }

    /// <summary>In rounds, so that no buffer is ever full.</summary>
    private static async Task SendAsync(RunningNode entry, SocketClient[] clients, Random random)
    {
        UdpClient[] sources = [.. Enumerable.Range(0, Sources).Select(
            _ => new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))];
        for (int round = 0; round < Rounds; round++)
        {
            HashSet<string>[] expected = [[], []];
            for (int source = 0; source < Sources; source++)
            {
                byte[] cell = new byte[CellLayout.Size];
                random.NextBytes(cell);
                clients[source % 2].Wallet.Address.CopyTo(cell);
                expected[source % 2].Add(Convert.ToHexString(cell));
                sources[source].Send(cell, entry.Client);
            }

            for (int client = 0; client < clients.Length; client++)
            {
                while (expected[client].Count > 0)
                {
                    byte[] got = await clients[client].ReceiveAsync();
                    Assert.True(expected[client].Remove(Convert.ToHexString(got)), "twice, or not for it");
                }
            }
        }

        foreach (UdpClient source in sources)
            source.Dispose();
    }

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

    private async Task<RunningNode> StartAsync(uint id, int workers)
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
}
