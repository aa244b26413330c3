using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Conet.Host.Node;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Commands.Local;

/// <summary>
/// One node of the local network: a process of its own, with its own keys, ports and state.
/// </summary>
internal sealed class LocalNode : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private LocalNode(uint id, ChildProcess process, int httpPort)
    {
        Id = new NodeId(id);
        HttpPort = httpPort;
        _process = process;
        _http = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{httpPort}"),
            Timeout = TimeSpan.FromSeconds(5),
            MaxResponseContentBufferSize = HostLimits.ArtifactBytesMax,
        };
    }

    public NodeId Id { get; }

    public int HttpPort { get; }

    public string? Fault() => _process.Fault();

    /// <summary>Makes keys and configuration, registers the node, and starts its process.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="operator">Pays for the registration and owns the record.</param>
    /// <param name="folder">The node's own folder; made here.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<LocalNode> StartAsync(
        LocalChain chain, TransactionSender @operator, string folder, CancellationToken cancellation)
    {
        ConetHome.MakeFolder(folder);
        using Wallet signer = Wallet.Create();
        using SealKey sealKey = SealKey.Create();
        using SealKey linkKey = SealKey.Create();
        WriteSecret(Path.Combine(folder, "signer.key"), signer.ExportSecret);
        WriteSecret(Path.Combine(folder, "seal.key"), sealKey.ExportSecret);
        int[] ports = FreeUdpPorts();
        NodeInput input = new(
            signer.Address,
            new Bytes32(linkKey.PublicKey),
            new Bytes32(sealKey.PublicKey),
            NodeInput.PackIp(IPAddress.Loopback),
            (ushort)ports[0],
            (ushort)ports[1],
            default,
            0);
        NodeId id = await RegisterAsync(chain, @operator, input, cancellation).ConfigureAwait(false);
        int httpPort = FreeTcpPort();
        NodeConfig config = new()
        {
            NodeId = id.Value,
            Chain = new ChainConfig
            {
                Providers = [chain.Endpoint],
                ChainId = LocalChain.ChainId,
                NodeRegistry = chain.Registries.NodeRegistry,
                RouteRegistry = chain.Registries.RouteRegistry,
                StartBlock = chain.Registries.StartBlock,
            },
            ClientPort = ports[0],
            NodePort = ports[1],
            Signer = new SecretSource { SecretFile = "signer.key" },
            SealKey = new SecretSource { SecretFile = "seal.key" },
            HttpPort = httpPort,
            StateDirectory = "state",
        };
        string path = Path.Combine(folder, "config.json");
        ConetHome.WriteFile(path, Encoding.UTF8.GetBytes(config.ToJson()));
        (string program, string[] prefix) = OwnProgram();
        ChildProcess process = ChildProcess.Start(
            $"node {id.Value}",
            program,
            [.. prefix, "node", "--config", path, "--follow-input"],
            Path.Combine(folder, "node.log"),
            // compiled once: a recompilation takes memory on a worker's thread
            ("DOTNET_TieredCompilation", "0"));
        return new LocalNode(id.Value, process, httpPort);
    }

    /// <summary>Waits until the node is ready, reaches every other, and mirrors that many routes.</summary>
    /// <exception cref="CommandException">It ended, or is not ready in time.</exception>
    public async Task WaitReadyAsync(int neighbours, int routes, CancellationToken cancellation)
    {
        long until = Environment.TickCount64 + (HostLimits.LocalStartSeconds * 1000L);
        string why = "it does not answer";
        while (Environment.TickCount64 < until)
        {
            if (_process.Fault() is { } fault)
                throw new CommandException(ExitCode.Unavailable, fault);
            if (await StatusAsync(cancellation).ConfigureAwait(false) is { } status)
            {
                why = status.NotReady;
                if (status.IsReady && status.Reachable >= neighbours && status.Routes >= routes)
                    return;
                if (status.IsReady)
                {
                    why = $"it reaches {status.Reachable} of {neighbours} other nodes "
                        + $"and mirrors {status.Routes} of {routes} routes";
                }
            }

            await Task.Delay(50, cancellation).ConfigureAwait(false);
        }

        throw new CommandException(
            ExitCode.Unavailable,
            $"node {Id.Value} is not ready after {HostLimits.LocalStartSeconds} s: {why}");
    }

    /// <summary>The node's numbers now; null if it does not answer.</summary>
    public async Task<LocalNodeStatus?> StatusAsync(CancellationToken cancellation)
    {
        try
        {
            using Stream body = await _http.GetStreamAsync("/status", cancellation).ConfigureAwait(false);
            using JsonDocument json =
                await JsonDocument.ParseAsync(body, cancellationToken: cancellation).ConfigureAwait(false);
            return LocalNodeStatus.From(json.RootElement);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<NodeId> RegisterAsync(
        LocalChain chain, TransactionSender @operator, NodeInput input, CancellationToken cancellation)
    {
        NodeRegistryContract registry = new(chain.Registries.NodeRegistry);
        RpcResult<TransactionReceipt> sent = await @operator.SendAsync(
            registry.Registry, NodeRegistryContract.EncodeRegister(input), UInt256.Zero, cancellation)
            .ConfigureAwait(false);
        if (!sent.TryGet(out TransactionReceipt? receipt, out RpcFault? fault))
            throw new CommandException(ExitCode.Unavailable, $"a node cannot be registered: {fault}");
        return registry.TryFindChange(receipt, out NodeId id)
            ? id
            : throw new CommandException(ExitCode.Unavailable, "a node's registration left no event");
    }

    /// <summary>This program again: the dll by the runtime that runs it, or the executable itself.</summary>
    private static (string Program, string[] Prefix) OwnProgram()
    {
        string self = Environment.ProcessPath ?? "dotnet";
        bool isRuntime = Path.GetFileNameWithoutExtension(self) is "dotnet";
        return isRuntime ? (self, ["exec", typeof(LocalNode).Assembly.Location]) : (self, []);
    }

    private delegate void SecretWriter(Span<byte> secret);

    private static void WriteSecret(string path, SecretWriter export)
    {
        Span<byte> secret = stackalloc byte[32];
        export(secret);
        ConetHome.WriteFile(path, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret) + "\n"));
        CryptographicOperations.ZeroMemory(secret);
    }

    private static int[] FreeUdpPorts()
    {
        using Socket first = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using Socket second = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        first.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        second.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return [((IPEndPoint)first.LocalEndPoint!).Port, ((IPEndPoint)second.LocalEndPoint!).Port];
    }

    private static int FreeTcpPort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
