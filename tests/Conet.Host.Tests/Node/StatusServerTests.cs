using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Conet.Host.Node;
using Conet.Routing.Mirror;

namespace Conet.Host.Tests.Node;

public sealed class StatusServerTests
{
    private static readonly NodeStatus _status = new()
    {
        NodeId = 7,
        NotReady = "the table is not loaded",
        Mirror = new TableStatus
        {
            HeadBlock = 99,
            StalenessSeconds = 1.25,
            Routes = 4,
            Nodes = 3,
            IsProved = true,
            ProvedBlock = 99,
            Origin = TableOrigin.StrangersSnapshot,
            Providers =
            [
                new("a.example:8545", ProviderState.InUse, 0, 0.5, 12, 0, 0, 3.5, null),
                new("b.example:443", ProviderState.WrongChain, 60, 0, 0, 2, 1, 0, "is on chain 5"),
            ],
        },
        Received = [new("client", 5), new("node", 6)],
        CellsForwarded = 4,
        ForwardDrops = [new("no_route", 2)],
        Links = [new(2, true, 4)],
        WorkerAllocatedBytes = 0,
        WorkerCellsSinceWarmUp = 4,
        Collections = [new("gen0", 1)],
    };

    [Fact]
    public async Task Each_page_says_what_it_is_for()
    {
        await using StatusServer server = await StatusServer.StartAsync(
            0, () => _status, CancellationToken.None);
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        Assert.Equal("ok\n", await client.GetStringAsync("/healthz"));
        using HttpResponseMessage ready = await client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("the table is not loaded\n", await ready.Content.ReadAsStringAsync());
        string metrics = await client.GetStringAsync("/metrics");
        Assert.Contains("conet_drops_total{reason=\"no_route\"} 2\n", metrics);
        Assert.Contains("conet_link_cells_total{node=\"2\"} 4\n", metrics);
        Assert.Contains("conet_mirror_staleness_seconds 1.25\n", metrics);
        Assert.Contains("conet_mirror_proved 1\n", metrics);
        Assert.Contains("conet_mirror_provider_used{provider=\"1\"} 0\n", metrics);
        Assert.Contains("conet_mirror_provider_lies_total{provider=\"1\"} 1\n", metrics);
        Assert.Contains("conet_cells_received_total{role=\"client\"} 5\n", metrics);
        using JsonDocument json = JsonDocument.Parse(await client.GetStringAsync("/status"));
        Assert.Equal(4, json.RootElement.GetProperty("cells_forwarded").GetInt64());
        Assert.Equal(0, json.RootElement.GetProperty("worker_allocated_bytes_per_cell").GetDouble());
        Assert.Equal(2, json.RootElement.GetProperty("drops").GetProperty("no_route").GetInt64());
        Assert.Equal("is on chain 5", json.RootElement.GetProperty("mirror_problem").GetString());
        Assert.True(MirrorText.TryRead(json.RootElement, out TableStatus read));
        Assert.Equal(_status.Mirror.Problem, read.Problem);
        Assert.Equal(
            _status.Mirror with { Providers = [], Problem = string.Empty },
            read with { Providers = [], Problem = string.Empty });
        Assert.Equal(_status.Mirror.Providers, read.Providers);
    }

    [Fact]
    public async Task A_ready_node_says_so_and_nothing_else_is_served()
    {
        NodeStatus good = _status with { NotReady = "" };
        await using StatusServer server = await StatusServer.StartAsync(
            0, () => good, CancellationToken.None);
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        Assert.Equal("ready\n", await client.GetStringAsync("/readyz"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/")).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound, (await client.GetAsync("/metrics/../../etc/passwd")).StatusCode);
        using StringContent body = new("x");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync("/healthz", body)).StatusCode);
    }

    [Fact]
    public async Task Every_metric_line_is_well_formed()
    {
        await using StatusServer server = await StatusServer.StartAsync(
            0, () => _status, CancellationToken.None);
        using HttpClient client = new();
        string metrics = await client.GetStringAsync($"http://127.0.0.1:{server.Port}/metrics");
        HashSet<string> declared = [];
        foreach (string line in metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE "))
                Assert.True(declared.Add(line.Split(' ')[2]), line);
            else if (!line.StartsWith('#'))
                Assert.Contains(line.Split('{', ' ')[0], declared);
        }

        Assert.NotEmpty(declared);
    }

    [Fact]
    public async Task A_taken_port_is_an_error_and_not_a_hang()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await Assert.ThrowsAsync<IOException>(
            () => StatusServer.StartAsync(port, () => _status, CancellationToken.None));
    }
}
