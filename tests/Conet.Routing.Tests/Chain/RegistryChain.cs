using System.Diagnostics;
using System.Globalization;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Chain;

/// <summary>
/// A chain of its own on loopback for the tests of one class, with both registries on it: one anvil process
/// that mines every transaction at once. It ends with the class. Where anvil is not installed, tests that ask
/// for it are skipped.
/// </summary>
public sealed class RegistryChain : IAsyncLifetime
{
    public const ulong ChainId = 31_337;

    private const string Binary = "contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
    private const string ListeningMark = "Listening on 127.0.0.1:";
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(60);

    private readonly List<Wallet> _wallets = [];
    private string? _missing;
    private Process? _process;
    private JsonRpcProvider? _provider;
    private DeployedRegistries? _registries;

    public IChainProvider Provider => _provider!;

    public DeployedRegistries Registries => _registries!;

    public static byte[] ReadArtifact(string contract) =>
        File.ReadAllBytes(Path.Combine(Root(), "contracts", "artifacts", contract + ".json"));

    /// <summary>Skips the test when there is no chain.</summary>
    public void Require() => Skip.If(_missing is not null, _missing);

    public async Task InitializeAsync()
    {
        string binary = Path.Combine(Root(), Binary);
        _missing = File.Exists(binary) ? null : "No anvil: run `npm ci` in contracts/.";
        if (_missing is not null) return;
        using CancellationTokenSource limit = new(_startLimit);
        ProcessStartInfo start = new(binary)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        string[] arguments = ["--host", "127.0.0.1", "--port", "0", "--chain-id", $"{ChainId}"];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        int port = await ReadPortAsync(_process.StandardOutput, limit.Token);
        _provider = JsonRpcProvider.Connect(new Uri($"http://127.0.0.1:{port}/"), ChainId, _startLimit);
        _registries = await DeployAsync(await FundAsync());
    }

    public async Task DisposeAsync()
    {
        foreach (Wallet wallet in _wallets) wallet.Dispose();
        if (_provider is not null) await _provider.DisposeAsync();
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>A fresh wallet, disposed with the chain.</summary>
    public Wallet CreateWallet()
    {
        Wallet wallet = Wallet.Create();
        lock (_wallets) _wallets.Add(wallet);
        return wallet;
    }

    /// <summary>A sender of a fresh wallet with a thousand ether.</summary>
    public async Task<TransactionSender> FundAsync() => await FundAsync(CreateWallet());

    public async Task<TransactionSender> FundAsync(Wallet wallet)
    {
        await CallAsync("anvil_setBalance", $"[\"{wallet.Address.ToHex()}\",\"0x3635c9adc5dea00000\"]");
        return new TransactionSender(Provider, wallet, ChainId);
    }

    /// <summary>Calls a method of anvil that must succeed.</summary>
    public async Task CallAsync(string method, string parametersJson)
    {
        RpcResult<byte[]> answer = await Provider.CallAsync(method, parametersJson);
        Assert.True(answer.IsSuccess, $"{method}: {answer}");
    }

    public async Task<ulong> BlockTimeAsync()
    {
        RpcResult<BlockHeader?> head = await Provider.GetBlockAsync(BlockId.Latest);
        Assert.True(head.IsSuccess, head.ToString());
        return head.Value!.TimestampSeconds;
    }

    public async Task<DeployedRegistries> DeployAsync(TransactionSender sender)
    {
        RpcResult<DeployedRegistries> deployed = await RegistryDeployment.DeployAsync(
            sender, ReadCode("NodeRegistry"), ReadCode("RouteRegistry"), CancellationToken.None);
        Assert.True(deployed.IsSuccess, deployed.ToString());
        return deployed.Value;
    }

    private static byte[] ReadCode(string contract)
    {
        byte[] json = ReadArtifact(contract);
        Assert.True(ContractArtifact.TryRead(json, out byte[] bytecode, out string error), error);
        return bytecode;
    }

    private static string Root()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Conet.sln"))) at = at.Parent;
        return at?.FullName
            ?? throw new DirectoryNotFoundException("The tests run outside of the repository.");
    }

    private static async Task<int> ReadPortAsync(StreamReader output, CancellationToken cancellation)
    {
        while (await output.ReadLineAsync(cancellation) is { } line)
        {
            if (!line.StartsWith(ListeningMark, StringComparison.Ordinal)) continue;
            _ = DrainAsync(output);
            return int.Parse(line.AsSpan(ListeningMark.Length), CultureInfo.InvariantCulture);
        }
        throw new InvalidOperationException("anvil ended before it listened.");
    }

    // A full pipe would stop the process.
    private static async Task DrainAsync(StreamReader output)
    {
        try
        {
            while (await output.ReadLineAsync() is not null)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process is gone.
        }
    }
}
