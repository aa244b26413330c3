using System.Globalization;
using Spectre.Console;

namespace Conet.Host.Commands.Local;

/// <summary>
/// What `conet up` shows while it runs: a live table for a person, a line or an object a second otherwise.
/// </summary>
internal static class UpView
{
    private static readonly CultureInfo _culture = CultureInfo.InvariantCulture;

    /// <summary>One line about a run that has ended.</summary>
    public static string Summary(UpReport report) => string.Create(
        _culture,
        $"{report.Nodes} nodes, {report.Sent} messages sent, "
            + $"{report.Delivered} delivered, {report.Lost} lost, "
            + $"{report.Duplicates} twice; latency p50 {report.P50Us:0} us, p99 {report.P99Us:0} us; "
            + $"{report.CellsForwarded} cells forwarded, "
            + $"{report.BytesAllocatedPerCell:0.##} bytes allocated a cell; "
            + $"{report.ChainBlocks} blocks");

    /// <summary>Shows until cancelled, or until a part ends by itself.</summary>
    public static async Task ShowAsync(
        CommandOutput output,
        Func<Task<UpReport>> report,
        Func<Task<LocalNodeStatus?[]>> statuses,
        Func<string?> fault,
        int refreshMilliseconds,
        CancellationToken cancellation)
    {
        Frame before = new(Environment.TickCount64, []);
        bool isLive = !output.IsJson && !Console.IsOutputRedirected;
        if (!isLive)
        {
            while (true)
            {
                await WaitAsync().ConfigureAwait(false);
                UpReport now = await report().ConfigureAwait(false);
                output.Json(now.Write);
                output.Line(Summary(now));
            }
        }

        await AnsiConsole.Live(new Text("starting")).AutoClear(false).StartAsync(async display =>
        {
            while (true)
            {
                LocalNodeStatus?[] nodes = await statuses().ConfigureAwait(false);
                UpReport now = await report().ConfigureAwait(false);
                display.UpdateTarget(Table(nodes, now, before));
                display.Refresh();
                before = new Frame(Environment.TickCount64, nodes);
                await WaitAsync().ConfigureAwait(false);
            }
        }).ConfigureAwait(false);

        async Task WaitAsync()
        {
            await Task.Delay(refreshMilliseconds, cancellation).ConfigureAwait(false);
            if (fault() is { } problem)
                throw new CommandException(ExitCode.Unavailable, problem);
        }
    }

    private static Rows Table(LocalNodeStatus?[] nodes, UpReport report, Frame before)
    {
        double seconds = Math.Max(0.001, (Environment.TickCount64 - before.AtMs) / 1000.0);
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns(
            "node", "state", "forwarded/s", "delivered/s", "clients", "reaches", "mirror block", "stale");
        for (int i = 0; i < nodes.Length; i++)
        {
            LocalNodeStatus? old = i < before.Nodes.Length ? before.Nodes[i] : null;
            if (nodes[i] is not { } node)
            {
                table.AddRow($"{i + 1}", "[red]silent[/]", "-", "-", "-", "-", "-", "-");
                continue;
            }

            table.AddRow(
                $"{i + 1}",
                node.IsReady ? "[green]ready[/]" : $"[yellow]{Markup.Escape(node.NotReady)}[/]",
                Rate(node.Forwarded, old?.Forwarded, seconds),
                Rate(node.Delivered, old?.Delivered, seconds),
                $"{node.Attachments}",
                $"{node.Reachable}",
                $"{node.MirrorBlock}",
                node.StalenessSeconds is { } stale ? string.Create(_culture, $"{stale:0.0} s") : "-");
        }

        string drops = report.Drops.Count == 0
            ? "none"
            : string.Join(", ", report.Drops.Select(drop => $"{drop.Key} {drop.Value}"));
        return new Rows(
            table,
            new Text(string.Create(
                _culture,
                $"messages: {report.Sent} sent, {report.Delivered} delivered, {report.Lost} lost, "
                    + $"{report.Duplicates} twice; latency p50 {report.P50Us:0} us, p99 {report.P99Us:0} us; "
                    + $"chain at block {report.ChainBlocks}")),
            new Text($"drops: {drops}"));
    }

    private static string Rate(long now, long? before, double seconds) =>
        before is { } old ? string.Create(_culture, $"{(now - old) / seconds:0}") : "-";

    private sealed record Frame(long AtMs, LocalNodeStatus?[] Nodes);
}
