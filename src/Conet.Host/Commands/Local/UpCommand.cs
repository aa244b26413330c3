using System.CommandLine;
using System.Diagnostics;
using Conet.Routing.Chain;

namespace Conet.Host.Commands.Local;

/// <summary>`conet up`: a chain and a network on this machine, with cells through it.</summary>
internal static class UpCommand
{
    private const int NodesMax = 32;
    private const int OnceMessages = 1_000;
    private const int OncePerSecond = 400;
    private const int PauseMilliseconds = 20;
    private const int RefreshMilliseconds = 1_000;

    public static Command Create()
    {
        Command command = new("up", "start a chain and a network on this machine and send cells through it");
        Option<int> nodes =
            new("--nodes") { Description = $"nodes, 1 to {NodesMax}", DefaultValueFactory = _ => 3 };
        Option<bool> once =
            new("--once") { Description = "send 1000 messages each way, say how it went, and end" };
        Option<bool> json = CommandSettings.Json();
        command.Add(nodes);
        command.Add(once);
        command.Add(json);
        CommandSettings.Run(command, json, async (parsed, output, cancellation) =>
        {
            int count = parsed.GetValue(nodes);
            if (count is < 1 or > NodesMax)
                throw new CommandException(ExitCode.Usage, $"up: --nodes is 1 to {NodesMax}");
            ConetHome home = ConetHome.FromEnvironment();
            LocalNetwork network = await LocalNetwork.StartAsync(
                home, ContractsFolder(), count, output.Note, cancellation).ConfigureAwait(false);
            await using (network.ConfigureAwait(false))
            {
                return parsed.GetValue(once)
                    ? await RunOnceAsync(network, output, cancellation).ConfigureAwait(false)
                    : await RunAsync(network, home, output, cancellation).ConfigureAwait(false);
            }
        });
        return command;
    }

    /// <summary>contracts/ of the repository, which the conet script names.</summary>
    private static string ContractsFolder()
    {
        string? root = Environment.GetEnvironmentVariable("CONET_ROOT");
        string contracts = Path.Combine(
            string.IsNullOrEmpty(root) ? Environment.CurrentDirectory : root, "contracts");
        return File.Exists(Path.Combine(contracts, "artifacts", "RouteRegistry.json"))
            ? contracts
            : throw new CommandException(
                ExitCode.NoInput,
                $"{contracts}: the contracts are not there; start it with ./conet up from the repository");
    }

    private static async Task<int> RunOnceAsync(
        LocalNetwork network, CommandOutput output, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task receiving = ReceiveAsync(network, keepAllLatencies: true, ending.Token);
        Task sending = Task.WhenAll(
            network.Traffic.Select(direction => SendManyAsync(direction, cancellation)));
        while (!sending.IsCompleted)
        {
            await Task.WhenAny(sending, Task.Delay(250, cancellation)).ConfigureAwait(false);
            int sent = network.Traffic.Sum(t => t.Sent), receipts = network.Traffic.Sum(t => t.Receipts);
            output.Progress($"{sent} sent, {receipts} receipts");
            cancellation.ThrowIfCancellationRequested();
            if (network.Fault() is { } fault)
                throw new CommandException(ExitCode.Unavailable, fault);
        }

        await sending.ConfigureAwait(false);
        UpReport report = await ReportAsync(network, began, cancellation).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await receiving.ConfigureAwait(false);
        output.EndProgress();
        output.Json(report.Write);
        output.Line(UpView.Summary(report));
        return report.IsGood ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<int> RunAsync(
        LocalNetwork network, ConetHome home, CommandOutput output, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task receiving = ReceiveAsync(network, keepAllLatencies: false, ending.Token);
        Task[] sending = [.. network.Traffic.Select(direction => KeepSendingAsync(direction, ending.Token))];
        output.Note($"running; wallets and logs are in {home.Path}. In another terminal:");
        output.Note($"  ./conet wallet new alice    ./conet listen --wallet alice{network.NetworkOption}");
        output.Note("Ctrl-C stops everything.");
        try
        {
            await UpView.ShowAsync(
                output,
                () => ReportAsync(network, began, ending.Token),
                () => Task.WhenAll(network.Nodes.Select(node => node.StatusAsync(ending.Token))),
                network.Fault,
                RefreshMilliseconds,
                cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            output.Note("stopping");
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
        }

        await Task.WhenAll([receiving, .. sending]).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    private static async Task ReceiveAsync(
        LocalNetwork network, bool keepAllLatencies, CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(network.Traffic.Select(direction =>
                direction.ReceiveAsync(keepAllLatencies, cancellation))).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>
    /// Sends at a steady rate, so that the latencies are those of the network and not of a burst.
    /// </summary>
    private static async Task SendManyAsync(DemoTraffic direction, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        List<Task> sending = new(OnceMessages);
        while (sending.Count < OnceMessages)
        {
            double due = Stopwatch.GetElapsedTime(began).TotalSeconds * OncePerSecond;
            while (sending.Count < Math.Min(due, OnceMessages))
                sending.Add(direction.SendAsync(cancellation));
            await Task.Delay(1, cancellation).ConfigureAwait(false);
        }

        await Task.WhenAll(sending).ConfigureAwait(false);
    }

    private static async Task KeepSendingAsync(DemoTraffic direction, CancellationToken cancellation)
    {
        HashSet<Task> sending = [];
        try
        {
            while (true)
            {
                sending.Add(direction.SendAsync(cancellation));
                await Task.Delay(PauseMilliseconds, cancellation).ConfigureAwait(false);
                sending.RemoveWhere(task => task.IsCompletedSuccessfully);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sending).ContinueWith(
                ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default)
                .ConfigureAwait(false);
        }
    }

    private static async Task<UpReport> ReportAsync(
        LocalNetwork network, long began, CancellationToken cancellation)
    {
        LocalNodeStatus?[] nodes = await Task.WhenAll(
            network.Nodes.Select(node => node.StatusAsync(cancellation))).ConfigureAwait(false);
        RpcResult<ulong> head = await network.Chain.Provider.GetBlockNumberAsync(cancellation)
            .ConfigureAwait(false);
        return UpReport.From(
            nodes, network.Traffic, head.IsSuccess ? head.Value : 0,
            Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}
