using System.Diagnostics;
using System.Globalization;
using System.Text;
using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Anvil;

/// <summary>
/// A chain of our own on loopback: one anvil process that mines only when told to, and lets anybody send for
/// anybody. Ends with this object. Where anvil is not installed the test is skipped with the reason.
/// </summary>
internal sealed class AnvilProcess : IAsyncDisposable
{
    public const ulong DefaultChainId = 31337;

    private const string Binary = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private AnvilProcess(Process process, int port, ulong chainId)
    {
        _process = process;
        Port = port;
        Rpc = JsonRpcProvider.Connect(Endpoint, chainId);
    }

    public int Port { get; }

    public Uri Endpoint => new($"http://127.0.0.1:{Port}/");

    public Uri WebSocketEndpoint => new($"ws://127.0.0.1:{Port}/");

    public JsonRpcProvider Rpc { get; }

    /// <summary>Starts a process and waits for its first answer.</summary>
    /// <param name="chainId">Chain id to claim.</param>
    /// <param name="port">Port to listen on; 0 for any that is free.</param>
    public static async Task<AnvilProcess> StartAsync(ulong chainId = DefaultChainId, int port = 0)
    {
        string? contracts = RepositoryFolder("contracts");
        string? binary = contracts is null ? null : Path.Combine(contracts, Binary);
        Skip.IfNot(File.Exists(binary), "No anvil: run `npm ci` in contracts/.");
        ProcessStartInfo start = new(binary!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        string[] arguments =
        [
            "--host", "127.0.0.1", "--port", $"{port}", "--chain-id", $"{chainId}", "--accounts", "1",
            "--timestamp", "1800000000", "--no-mining", "--auto-impersonate", "--order", "fifo",
            "--block-base-fee-per-gas", "0",
            "--gas-price", "0", "--disable-min-priority-fee", "--disable-console-log",
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        try
        {
            using CancellationTokenSource limit = new(_startLimit);
            int listening = await ReadPortAsync(process, limit.Token);
            AnvilProcess anvil = new(process, listening, chainId);
            while (!(await anvil.Rpc.GetChainIdAsync(limit.Token)).IsSuccess)
                await Task.Delay(20, limit.Token);
            await anvil.CallAsync("anvil_setBlockTimestampInterval", "[12]");
            return anvil;
        }
        catch
        {
            Stop(process);
            throw;
        }
    }

    /// <summary>The folder of that name at the root of the repository, or null.</summary>
    public static string? RepositoryFolder(string name)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Conet.sln")))
                return Path.Combine(at.FullName, name);
        }

        return null;
    }

    /// <summary>Calls a method that must succeed; gives the JSON of its result.</summary>
    public async Task<string> CallAsync(string method, string parameters = "[]")
    {
        RpcResult<byte[]> answer = await Rpc.CallAsync(method, parameters);
        Assert.True(answer.IsSuccess, $"{method} {parameters}: {answer}");
        return Encoding.UTF8.GetString(answer.Value);
    }

    public Task MineAsync(int blocks = 1) =>
        CallAsync("anvil_mine", $"[\"{HexText.FormatQuantity((ulong)blocks)}\"]");

    public async Task<BlockHeader> HeadAsync()
    {
        RpcResult<BlockHeader?> head = await Rpc.GetBlockAsync(BlockId.Latest);
        Assert.True(head.IsSuccess && head.Value is not null, head.ToString());
        return head.Value!;
    }

    public async ValueTask DisposeAsync()
    {
        await Rpc.DisposeAsync();
        Stop(_process);
    }

    private static async Task<int> ReadPortAsync(Process process, CancellationToken cancellation)
    {
        const string Mark = "Listening on 127.0.0.1:";
        while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
        {
            if (!line.StartsWith(Mark, StringComparison.Ordinal))
                continue;
            _ = DrainAsync(process.StandardOutput);
            _ = DrainAsync(process.StandardError);
            return int.Parse(line[Mark.Length..], CultureInfo.InvariantCulture);
        }

        throw new InvalidOperationException(
            "anvil ended: " + await process.StandardError.ReadToEndAsync(cancellation));
    }

    // A full pipe would stop the process.
    private static async Task DrainAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is not null)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process is gone.
        }
    }

    private static void Stop(Process process)
    {
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
