using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Conet.Host.Commands;
using Conet.Host.Node;
using Conet.Host.Tests.Commands;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Tests.Sockets;

namespace Conet.Host.Tests.Node;

/// <summary>
/// A whole entry node with the XDP program, in a namespace between senders and a home node.
/// </summary>
public sealed class XdpNodeTests : IAsyncLifetime
{
    private readonly List<RunningNode> _nodes = [];
    private readonly List<IDisposable> _rest = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (RunningNode node in _nodes)
            await node.StopAsync();
        foreach (IDisposable thing in Enumerable.Reverse(_rest))
            thing.Dispose();
    }

    [SkippableFact]
    public async Task Known_cells_pass_the_sockets_by_and_all_others_meet_the_rules_as_before()
    {
        (NetNamespace senders, NetNamespace middle, NetNamespace end) = Join();
        RunningNode home = await StartAsync(end, 1, "10.9.1.2");
        RunningNode entry = await StartAsync(middle, 2, "10.9.0.1", "r-a", "r-c");
        foreach (RunningNode node in _nodes)
            node.Tables.Nodes = [.. _nodes.Select(other => other.Record)];
        await UntilAsync(entry, status => status.Links.Any(link => link.Reachable) && status.Xdp!.IsOn);
        using SocketClient client = end.Run(() => new SocketClient(home));
        await client.AttachAsync();
        using SocketClient local = middle.Run(() => new SocketClient(entry));
        await local.AttachAsync();
        using Socket sender = senders.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, 0));

        // A route to the home; one that leads there too, but whose wallet is attached here.
        Route(new() { [client.Wallet.Address] = [1, 0, 0], [local.Wallet.Address] = [1, 0, 0] });
        await UntilAsync(entry, status => status.Xdp!.Addresses == 2);
        byte[] cell = Send(sender, client.Wallet.Address, entry);
        Assert.Equal(cell, await client.ReceiveAsync());
        cell = Send(sender, NodeAddress.Home(new NodeId(1), client.Wallet.Address), entry);
        Assert.Equal(cell, await client.ReceiveAsync());
        NodeStatus status = entry.Runtime.Status();
        Assert.Equal((2, 2, 2), (status.Xdp!.Forwarded, status.CellsForwarded, status.Links[0].Cells));
        cell = Send(sender, local.Wallet.Address, entry);
        Assert.Equal(cell, await local.ReceiveAsync());
        Send(sender, NodeAddress.Home(new NodeId(2), client.Wallet.Address), entry);
        await UntilAsync(entry, now => Dropped(now, "addressee_absent") == 1);

        // The route goes: nothing is known of the wallet. It comes back with this node as home.
        Route(new() { [local.Wallet.Address] = [1, 0, 0] });
        await UntilAsync(entry, now => now.Xdp!.Addresses == 1);
        Send(sender, client.Wallet.Address, entry);
        await UntilAsync(entry, now => Dropped(now, "unknown_destination") == 1);
        Route(new() { [client.Wallet.Address] = [2, 1, 0] });
        await UntilAsync(entry, now => now.Xdp!.Addresses == 2);
        Send(sender, client.Wallet.Address, entry);
        status = await UntilAsync(entry, now => Dropped(now, "addressee_absent") == 2);

        // To the node port it is dropped, whatever the table says.
        Route(new() { [client.Wallet.Address] = [1, 0, 0] });
        byte[] crossed = new byte[CellLayout.Size];
        client.Wallet.Address.CopyTo(crossed);
        sender.SendTo(crossed, entry.Node);
        status = await UntilAsync(entry, now => Dropped(now, "crossed_route") == 1);
        Assert.Equal(2, status.Xdp!.Forwarded);
        Assert.Equal(6 + status.CellsControl - Control(status), status.Received[0].Count);
    }

    [SkippableFact]
    public async Task A_killed_node_leaves_nothing_behind_and_a_hindered_one_says_why()
    {
        (_, NetNamespace middle, _) = Join();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("conet-xdp");
        try
        {
            ConetTool tool = new(folder.FullName);
            string config = Path.Combine(folder.FullName, "node.json");
            WriteConfig(folder.FullName, config);
            string[] arguments = ["node", "--config", config, "--plain", "--xdp"];
            ConetTool.Result refused = await middle.Run(() => tool.RunAsync([.. arguments, "nowhere"]));
            Assert.Equal(
                (ExitCode.Unavailable, "conet: xdp: there is no interface nowhere"),
                (refused.ExitCode, refused.ErrorLine));
            refused = await tool.RunAsync([.. arguments, "an-interface-of-16"]);
            Assert.Equal(ExitCode.Usage, refused.ExitCode);

            await using RunningTool node = middle.Run(() => tool.Begin([.. arguments, "r-a"]));
            await ShownAsync(middle, true);
            using (Process process = Process.GetProcessById(node.Id))
                process.Kill();
            await ShownAsync(middle, false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task ShownAsync(NetNamespace space, bool isAttached)
    {
        for (int attempt = 0; attempt < 600; attempt++)
        {
            bool isShown = space.Exec("ip", "link", "show").Contains("prog/xdp", StringComparison.Ordinal);
            if (isShown == isAttached)
                return;
            await Task.Delay(100);
        }

        Assert.Fail($"attached: {!isAttached}");
    }

    private static void WriteConfig(string folder, string path)
    {
        foreach (string name in new[] { "signer.key", "seal.key" })
        {
            string file = Path.Combine(folder, name);
            File.WriteAllText(file, new string('1', 64));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.WriteAllText(path, """
            {
              "chain": {
                "providers": ["http://127.0.0.1:9"], "chainId": 31337,
                "nodeRegistry": "0x00000000000000000000000000000000000000a1",
                "routeRegistry": "0x00000000000000000000000000000000000000a2"
              },
              "listen": "10.9.0.1", "clientPort": 4100, "nodePort": 4101,
              "signer": { "secretFile": "signer.key" }, "sealKey": { "secretFile": "seal.key" },
              "stateDirectory": "state"
            }
            """);
    }

    private static byte[] Send(Socket sender, in Address destination, RunningNode entry)
    {
        byte[] cell = new byte[CellLayout.Size];
        Random.Shared.NextBytes(cell);
        destination.CopyTo(cell);
        sender.SendTo(cell, entry.Client);
        return cell;
    }

    private static long Dropped(NodeStatus status, string reason) =>
        status.ForwardDrops.Single(drop => drop.Name == reason).Count;

    /// <summary>Control that came in by the node port.</summary>
    private static long Control(NodeStatus status) =>
        status.Received[1].Count - Dropped(status, "crossed_route");

    private static async Task<NodeStatus> UntilAsync(RunningNode node, Predicate<NodeStatus> holds)
    {
        for (int attempt = 0; attempt < 1_000; attempt++)
        {
            NodeStatus status = node.Runtime.Status();
            if (holds(status))
                return status;
            await Task.Delay(20);
        }

        throw new TimeoutException(
            System.Text.Encoding.UTF8.GetString(StatusText.ToJson(node.Runtime.Status())));
    }

    private (NetNamespace Senders, NetNamespace Middle, NetNamespace End) Join()
    {
        NetNamespace.Require();
        NetNamespace senders = new("a"), middle = new("r"), end = new("c");
        _rest.AddRange([senders, middle, end]);
        NetNamespace.Join(senders, "a-r", middle, "r-a");
        NetNamespace.Join(end, "c-r", middle, "r-c");
        senders.Ip("addr", "add", "10.9.0.2/24", "dev", "a-r");
        middle.Ip("addr", "add", "10.9.0.1/24", "dev", "r-a");
        middle.Ip("addr", "add", "10.9.1.1/24", "dev", "r-c");
        end.Ip("addr", "add", "10.9.1.2/24", "dev", "c-r");
        end.Ip("route", "add", "10.9.0.0/24", "via", "10.9.1.1");
        end.Exec("ethtool", "-K", "c-r", "gro", "on");
        return (senders, middle, end);
    }

    private async Task<RunningNode> StartAsync(
        NetNamespace space, uint id, string address, params string[] xdp)
    {
        IPAddress at = IPAddress.Parse(address);
        RunningNode node = new(id, 1, null, new IPEndPoint(at, 4100), new IPEndPoint(at, 4101), xdp);
        space.Run(node.Begin);
        await node.Runtime.Started.WaitAsync(TimeSpan.FromSeconds(10));
        _nodes.Add(node);
        return node;
    }

    private void Route(Dictionary<Address, uint[]> routes)
    {
        foreach (RunningNode node in _nodes)
            node.Tables.Routes.Routes = routes;
    }
}
