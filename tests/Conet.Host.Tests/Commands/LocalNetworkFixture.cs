using System.Net.Sockets;
using System.Text.Json;

namespace Conet.Host.Tests.Commands;

/// <summary>One `conet up` for a class of tests, in a folder of its own.</summary>
public sealed class LocalNetworkFixture : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("conet-up-").FullName;
    private RunningTool? _up;

    internal ConetTool Tool => new(_home);

    internal string? Missing { get; private set; }

    internal RunningTool Up => _up!;

    internal static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux())
            return "the local chain is there for Linux alone";
        if (ConetTool.Root is null)
            return "these tests lie outside of a checkout";
        string anvil = Path.Combine(
            ConetTool.Root, "contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
        return File.Exists(anvil) ? null : "the packages of contracts/ are not installed";
    }

    public async Task InitializeAsync()
    {
        Missing = WhyNot();
        if (Missing is not null)
            return;
        _up = Tool.Begin("up", "--json");
        await _up.WaitForLineAsync(line => line.StartsWith("{\"nodes\":3", StringComparison.Ordinal));
    }

    public async Task DisposeAsync()
    {
        if (_up is not null)
        {
            await _up.StopAsync();
            await _up.DisposeAsync();
        }

        Directory.Delete(_home, recursive: true);
    }

    /// <summary>A new wallet's address.</summary>
    internal async Task<string> CreateWalletAsync(string name)
    {
        ConetTool.Result made = await Tool.RunAsync("wallet", "new", name, "--json");
        Assert.Equal(0, made.ExitCode);
        return made.Json.GetProperty("address").GetString()!;
    }

    /// <summary>Begins to listen and waits until it does.</summary>
    internal async Task<RunningTool> ListenAsync(string wallet, params string[] options)
    {
        RunningTool listening = Tool.Begin(["listen", "--wallet", wallet, "--json", .. options]);
        await listening.WaitForLineAsync(line => line.Contains("\"listening\"", StringComparison.Ordinal));
        return listening;
    }

    /// <summary>Waits for a message and gives its line.</summary>
    internal static async Task<JsonElement> NextMessageAsync(RunningTool listening, string text)
    {
        string line = await listening.WaitForLineAsync(said =>
            said.Contains("\"message\"", StringComparison.Ordinal)
                && said.Contains(text, StringComparison.Ordinal));
        return JsonDocument.Parse(line).RootElement;
    }
}
