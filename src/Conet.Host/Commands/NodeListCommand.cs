using System.CommandLine;
using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Host.Commands;

/// <summary>`conet node list`: the node registry, as this machine mirrors it.</summary>
internal static class NodeListCommand
{
    public static Command Create()
    {
        Command command = new("list", "show the nodes of the network");
        Option<string?> network = CommandSettings.Network();
        Option<bool> json = CommandSettings.Json();
        command.Add(network);
        command.Add(json);
        CommandSettings.Run(command, json, async (parsed, output, cancellation) =>
        {
            await using NetworkSession session =
                await NetworkSession.OpenAsync(parsed.GetValue(network), cancellation).ConfigureAwait(false);
            output.Line($"{"node",6}  {"state",-9} {"client port",-24} {"node port",-24} signer");
            foreach ((uint id, NodeRow row) in session.Mirror.Table.Nodes)
                Show(id, row.Node, output);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Show(uint id, in NodeRecord node, CommandOutput output)
    {
        string state = node.State.ToString().ToLowerInvariant();
        string client = node.ClientEndPoint.ToString(), peer = node.NodeEndPoint.ToString();
        string signer = node.Signer.ToString(), sealKey = node.SealKey.ToString();
        output.Line($"{id,6}  {state,-9} {client,-24} {peer,-24} {signer}");
        output.Json(line =>
        {
            line.WriteNumber("node", id);
            line.WriteString("state", state);
            line.WriteString("client_endpoint", client);
            line.WriteString("node_endpoint", peer);
            line.WriteString("signer", signer);
            line.WriteString("seal_key", sealKey);
        });
    }
}
