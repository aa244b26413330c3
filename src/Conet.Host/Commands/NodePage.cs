using System.Net.Sockets;
using System.Text.Json;
using Conet.Host.Node;

namespace Conet.Host.Commands;

/// <summary>The status page of a node that runs on this machine.</summary>
internal static class NodePage
{
    private const int PatienceSeconds = 5;
    private const int PortMax = 65_535;

    /// <summary>The port that a node's configuration gives its pages.</summary>
    /// <exception cref="CommandException">The file is not usable, or has no port.</exception>
    public static int PortOf(string configPath)
    {
        byte[] bytes = ConetHome.ReadFile(configPath, HostLimits.ConfigBytesMax);
        if (!NodeConfig.TryParse(bytes, out NodeConfig? config, out string error))
            throw new CommandException(ExitCode.Config, $"{configPath}: {error}");
        return config!.HttpPort != 0
            ? config.HttpPort
            : throw new CommandException(
                ExitCode.Config, $"{configPath}: has no httpPort: this node shows no status");
    }

    /// <summary>Asks the node on that port how its mirror stands.</summary>
    /// <param name="port">TCP port on 127.0.0.1.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The node's id and its mirror's status.</returns>
    /// <exception cref="CommandException">No node answers there.</exception>
    public static async Task<(uint NodeId, TableStatus Mirror)> ReadAsync(
        int port, CancellationToken cancellation)
    {
        if (port is < 1 or > PortMax)
            throw new CommandException(ExitCode.Usage, $"--status-port is 1 to {PortMax}");
        using HttpClient http = new()
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = TimeSpan.FromSeconds(PatienceSeconds),
            MaxResponseContentBufferSize = HostLimits.ArtifactBytesMax,
        };
        try
        {
            byte[] body = await http.GetByteArrayAsync("/status", cancellation).ConfigureAwait(false);
            using JsonDocument json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            if (MirrorText.TryRead(json.RootElement, out TableStatus mirror)
                && json.RootElement.TryGetProperty("node_id", out JsonElement id)
                && id.TryGetUInt32(out uint nodeId))
                return (nodeId, mirror);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            bool isRefused = fault.InnerException is SocketException
            {
                SocketErrorCode: SocketError.ConnectionRefused,
            };
            string why = isRefused ? "nothing listens there" : fault.Message;
            throw new CommandException(
                ExitCode.Unavailable,
                $"no node answers at 127.0.0.1:{port} ({why}); is it running? see: conet node --help", fault);
        }
        catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(
                ExitCode.Unavailable,
                $"no node answers at 127.0.0.1:{port} within {PatienceSeconds} s; is it running?", fault);
        }
        catch (JsonException)
        {
            // Said below: whatever answers there is no node of this version.
        }

        throw new CommandException(
            ExitCode.Unavailable, $"what answers at 127.0.0.1:{port} is no node of this version");
    }
}
