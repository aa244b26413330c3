using System.CommandLine;
using Conet.Host.Node;
using Conet.Routing.Chain;

namespace Conet.Host.Commands;

/// <summary>
/// `conet mirror status`: where a mirror stands, whether that is proved, and how old it is. Asks a node on
/// this machine if one is named; else mirrors by itself through the network file's providers.
/// </summary>
internal static class MirrorCommand
{
    public static Command Create()
    {
        Command command = new("mirror", "the mirrored registries: how far, proved or not, how old");
        command.Add(CreateStatus());
        return command;
    }

    private static Command CreateStatus()
    {
        Command command = new(
            "status", "ask a node's mirror on this machine, or make one through the network's providers");
        Option<int?> port = new("--status-port")
        {
            Description = "the node whose pages are on this port of 127.0.0.1 (httpPort)",
            HelpName = "PORT",
        };
        Option<string?> config = new("--config", "-c")
        {
            Description = "the node with this configuration",
            HelpName = "FILE",
        };
        Option<string?> network = CommandSettings.Network();
        Option<bool> json = CommandSettings.Json();
        command.Add(port);
        command.Add(config);
        command.Add(network);
        command.Add(json);
        CommandSettings.Run(command, json, async (parsed, output, cancellation) =>
        {
            int? named = parsed.GetValue(port);
            string? file = parsed.GetValue(config);
            if ((named is null ? 0 : 1) + (file is null ? 0 : 1)
                + (parsed.GetValue(network) is null ? 0 : 1) > 1)
            {
                throw new CommandException(
                    ExitCode.Usage, "mirror status: give one of --status-port, --config and --network");
            }

            named ??= file is null ? null : NodePage.PortOf(file);
            return named is { } at
                ? await ShowNodeAsync(at, output, cancellation).ConfigureAwait(false)
                : await ShowOwnAsync(parsed.GetValue(network), output, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> ShowNodeAsync(
        int port, CommandOutput output, CancellationToken cancellation)
    {
        (uint id, TableStatus mirror) = await NodePage.ReadAsync(port, cancellation).ConfigureAwait(false);
        string who = id == 0 ? $"a node at 127.0.0.1:{port}" : $"node {id} at 127.0.0.1:{port}";
        return new MirrorReport(who, id, mirror).Show(output);
    }

    private static async Task<int> ShowOwnAsync(
        string? network, CommandOutput output, CancellationToken cancellation)
    {
        await using NetworkSession session =
            await NetworkSession.OpenAsync(network, cancellation).ConfigureAwait(false);
        int nodes = session.Mirror.Table.Nodes.Count(
            entry => entry.Value.Node.State is NodeState.Active or NodeState.Draining);
        TableStatus mirror = TableStatus.Of(session.Mirror.Status, nodes, isLoaded: true);
        return new MirrorReport("this command", 0, mirror).Show(output);
    }
}
