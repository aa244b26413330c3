using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Host.Commands.Local;

/// <summary>
/// A development chain on this machine: anvil, on a free port of 127.0.0.1, with both registries deployed.
/// </summary>
internal sealed class LocalChain : IAsyncDisposable
{
    public const ulong ChainId = 31337;

    private const string BlockSeconds = "2";
    private const int StartMilliseconds = 15_000;

    private readonly ChildProcess _anvil;

    private LocalChain(ChildProcess anvil, Uri endpoint)
    {
        _anvil = anvil;
        Endpoint = endpoint;
        Provider = JsonRpcProvider.Connect(endpoint, ChainId);
    }

    public Uri Endpoint { get; }

    public JsonRpcProvider Provider { get; }

    public DeployedRegistries Registries { get; private set; } = new(default, default, 0);

    public string? Fault() => _anvil.Fault();

    /// <summary>Starts the chain and deploys.</summary>
    /// <param name="contracts">The folder contracts/ of the repository.</param>
    /// <param name="logPath">Where anvil's output goes.</param>
    /// <param name="deployer">Gets coins and pays for both contracts.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="CommandException">A part is missing or does not answer.</exception>
    public static async Task<LocalChain> StartAsync(
        string contracts, string logPath, Wallet deployer, CancellationToken cancellation)
    {
        int port = FreePort();
        LocalChain chain = new(StartAnvil(contracts, port, logPath), new Uri($"http://127.0.0.1:{port}"));
        try
        {
            await chain.WaitAsync(cancellation).ConfigureAwait(false);
            await chain.FundAsync(deployer.Address, cancellation).ConfigureAwait(false);
            TransactionSender sender = new(chain.Provider, deployer, ChainId);
            RpcResult<DeployedRegistries> deployed = await RegistryDeployment.DeployAsync(
                sender,
                ReadBytecode(contracts, "NodeRegistry"),
                ReadBytecode(contracts, "RouteRegistry"),
                cancellation).ConfigureAwait(false);
            chain.Registries = deployed.TryGet(out DeployedRegistries? registries, out RpcFault? fault)
                ? registries
                : throw new CommandException(
                    ExitCode.Unavailable, $"the registries cannot be deployed: {fault}");
            return chain;
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives an account coins of this chain.</summary>
    public async Task FundAsync(Address account, CancellationToken cancellation)
    {
        RpcResult<byte[]> answer = await Provider.CallAsync(
            "anvil_setBalance", $"[\"{account}\",\"0x3635c9adc5dea00000\"]",
            cancellation).ConfigureAwait(false);
        if (!answer.TryGet(out _, out RpcFault? fault))
            throw new CommandException(ExitCode.Unavailable, $"the local chain gives no coins: {fault}");
    }

    public async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync().ConfigureAwait(false);
        await _anvil.DisposeAsync().ConfigureAwait(false);
    }

    private static ChildProcess StartAnvil(string contracts, int port, string logPath)
    {
        string anvil = Path.Combine(
            contracts, "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        if (!File.Exists(anvil))
        {
            string why = RuntimeInformation.OSArchitecture == Architecture.X64 && OperatingSystem.IsLinux()
                ? "run ./conet up from the repository, which installs it (or: cd contracts && npm ci)"
                : "the local chain is there for Linux on x64 only";
            throw new CommandException(ExitCode.Unavailable, $"anvil, the local chain, is missing: {why}");
        }

        // anvil does not end with its input; the shell around it does, and takes it along.
        const string Follow =
            "\"$@\" </dev/null & child=$!; trap 'kill $child 2>/dev/null' EXIT; trap '' INT; cat >/dev/null";
        string[] arguments =
        [
            "-c", Follow, "conet-chain", anvil, "--host", "127.0.0.1", "--port", $"{port}", "--chain-id",
            $"{ChainId}",
            "--accounts", "1", "--block-time", BlockSeconds, "--mixed-mining", "--prune-history", "512",
            "--quiet",
        ];
        return ChildProcess.Start("the local chain", "/bin/sh", arguments, logPath);
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static byte[] ReadBytecode(string contracts, string name)
    {
        string path = Path.Combine(contracts, "artifacts", name + ".json");
        byte[] json = ConetHome.ReadFile(path, HostLimits.ArtifactBytesMax);
        return ContractArtifact.TryRead(json, out byte[] bytecode, out string error)
            ? bytecode
            : throw new CommandException(ExitCode.BadData, $"{path}: {error}");
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        long until = Environment.TickCount64 + StartMilliseconds;
        while (true)
        {
            RpcResult<ulong> answer = await Provider.GetChainIdAsync(cancellation).ConfigureAwait(false);
            if (answer.IsSuccess)
                return;
            if (_anvil.Fault() is { } fault)
                throw new CommandException(ExitCode.Unavailable, fault);
            if (Environment.TickCount64 > until)
                throw new CommandException(
                    ExitCode.Unavailable, $"the local chain does not answer: {answer.Fault}");
            await Task.Delay(25, cancellation).ConfigureAwait(false);
        }
    }
}
