using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Conet.Client;
using Conet.Host.Node;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;
using Conet.Wire.Sockets;

namespace Conet.Host.Commands;

/// <summary>`conet node --config FILE` runs a node; `conet node list` shows those on the chain.</summary>
internal static class NodeCommand
{
    public static Command Create()
    {
        Command command = new("node", "run a node, or list the nodes of the network");
        Option<string?> config = new("--config", "-c")
        {
            Description = "configuration of the node (docs/OPERATING.md lists every key)",
            HelpName = "FILE",
        };
        Option<bool> plain = new("--plain")
        {
            Description = "listen beyond loopback although links are not encrypted yet",
        };
        Option<bool> check = new("--check") { Description = "read the configuration and its keys, then end" };
        Option<bool> followInput = new("--follow-input")
        {
            Description = "end when standard input ends: for a supervisor that may be killed",
        };
        Option<string> socket = new("--socket")
        {
            Description = "how sockets talk to the system",
            DefaultValueFactory = _ => "auto",
        };
        socket.AcceptOnlyFromAmong([.. SocketKinds.Keys]);
        Option<string[]> xdp = new("--xdp")
        {
            Description = "forward known cells in the driver of this interface (Linux, root); repeatable",
            HelpName = "IF",
        };
        Option<string[]> snapshotFrom = new("--snapshot-from")
        {
            Description = "start from the snapshot at this address, once proved; repeatable",
            HelpName = "URL",
        };
        Option<bool> json = CommandSettings.Json();
        command.Add(config);
        command.Add(plain);
        command.Add(check);
        command.Add(followInput);
        command.Add(socket);
        command.Add(xdp);
        command.Add(snapshotFrom);
        command.Add(json);
        command.Add(NodeListCommand.Create());
        CommandSettings.Run(command, json, (parsed, output, cancellation) =>
        {
            string path = parsed.GetValue(config)
                ?? throw new CommandException(
                    ExitCode.Usage, "node: --config FILE is needed; see: conet node --help");
            Settings settings = new(
                path,
                parsed.GetValue(plain),
                parsed.GetValue(check),
                parsed.GetValue(followInput),
                SocketKinds[parsed.GetValue(socket)!],
                InterfacesOf(parsed.GetValue(xdp) ?? []),
                SourcesOf(parsed.GetValue(snapshotFrom) ?? []));
            return RunAsync(settings, output, cancellation);
        });
        return command;
    }

    private static Dictionary<string, CellSocketKind> SocketKinds { get; } = new()
    {
        ["auto"] = CellSocketKind.Auto,
        ["segmented"] = CellSocketKind.LinuxSegmented,
        ["send-segmented"] = CellSocketKind.LinuxSendSegmented,
        ["batched"] = CellSocketKind.LinuxBatched,
        ["ring"] = CellSocketKind.LinuxRing,
        ["portable"] = CellSocketKind.Portable,
    };

    private static IReadOnlyList<string> InterfacesOf(string[] names)
    {
        foreach (string name in names)
        {
            if (!NodeConfig.TryCheckInterface(name, out string error))
                throw new CommandException(ExitCode.Usage, $"node: --xdp: {error}");
        }

        return [.. names.Distinct()];
    }

    private static IReadOnlyList<Uri> SourcesOf(string[] texts)
    {
        List<Uri> sources = [];
        foreach (string text in texts)
        {
            if (!NodeConfig.TryReadSource(text, out Uri? source))
                throw new CommandException(
                    ExitCode.Usage, "node: --snapshot-from: an http:// or https:// address is needed");
            sources.Add(source);
        }

        return sources;
    }

    private static async Task<int> RunAsync(
        Settings settings, CommandOutput output, CancellationToken cancellation)
    {
        NodeConfig config = ReadConfig(settings);
        (Wallet signer, SealKey sealKey) = LoadKeys(config);
        NetworkId network = new(config.Chain.ChainId, config.Chain.RouteRegistry);
        if (settings.CheckOnly)
        {
            output.Line($"{settings.Path}: ok; signer {signer.Address}");
            output.Json(json =>
            {
                json.WriteBoolean("ok", true);
                json.WriteString("signer", signer.Address.ToString());
            });
            signer.Dispose();
            sealKey.Dispose();
            return ExitCode.Ok;
        }

        List<JsonRpcProvider> providers =
            [.. config.Chain.Providers.Select(uri => JsonRpcProvider.Connect(uri, config.Chain.ChainId))];
        try
        {
            MirrorOptions mirror = new(
                config.Chain.ChainId, config.Chain.NodeRegistry, config.Chain.RouteRegistry,
                config.Chain.StartBlock);
            TableOrigin origin = await SnapshotStart.RunAsync(
                config, [.. settings.SnapshotSources, .. config.SnapshotFrom], mirror, providers, output.Note,
                cancellation).ConfigureAwait(false);
            MirroredTables tables = OpenTables(mirror, providers, config.StateDirectory, output, origin);
            NodeRuntime<MirrorHomes> runtime = new(
                new NodeRuntimeOptions
                {
                    NodeId = new NodeId(config.NodeId),
                    Network = network,
                    Signer = signer,
                    SealKey = sealKey,
                    Client = new IPEndPoint(config.Listen, config.ClientPort),
                    Node = new IPEndPoint(config.Listen, config.NodePort),
                    HttpPort = config.HttpPort == 0 ? null : config.HttpPort,
                    Workers = config.Workers,
                    PinWorkers = config.PinWorkers,
                    Limits = config.Limits,
                    SocketKind = settings.SocketKind,
                    XdpInterfaces = [.. config.Xdp.Union(settings.XdpInterfaces)],
                },
                tables);
            await using SnapshotShare? share = await OpenShareAsync(
                config, mirror, providers, tables, output, cancellation).ConfigureAwait(false);
            return await ServeAsync(runtime, settings, output, cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (JsonRpcProvider provider in providers)
                await provider.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static NodeConfig ReadConfig(Settings settings)
    {
        byte[] bytes = ConetHome.ReadFile(settings.Path, HostLimits.ConfigBytesMax);
        if (!NodeConfig.TryParse(bytes, out NodeConfig? config, out string error))
            throw new CommandException(ExitCode.Config, $"{settings.Path}: {error}");
        config = config!.WithPathsFrom(
            System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(settings.Path))!);
        if (!config.TryCheckLink(settings.Plain, out error))
            throw new CommandException(ExitCode.Config, $"{settings.Path}: {error}");
        return config;
    }

    private static (Wallet Signer, SealKey SealKey) LoadKeys(NodeConfig config)
    {
        if (!NodeKeys.TryLoadSealKey(config.SealKey, out SealKey? sealKey, out string error))
            throw new CommandException(ExitCode.Config, $"sealKey: {error}");
        if (NodeKeys.TryLoadSigner(config.Signer, OpenKeystore, out Wallet? signer, out error))
            return (signer!, sealKey!);
        sealKey!.Dispose();
        throw new CommandException(ExitCode.Config, $"signer: {error}");
    }

    private static Wallet? OpenKeystore(ReadOnlySpan<byte> content, string password)
    {
        Keystore.TryDecrypt(content, password, out Wallet? wallet);
        return wallet;
    }

    private static MirroredTables OpenTables(
        MirrorOptions options, IReadOnlyList<IChainProvider> providers, string stateDirectory,
        CommandOutput output, TableOrigin origin)
    {
        try
        {
            return MirroredTables.Open(options, providers, stateDirectory, output.Note, origin);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                ExitCode.CannotCreate, $"stateDirectory {stateDirectory}: cannot be used: {fault.Message}",
                fault);
        }
    }

    private static async Task<SnapshotShare?> OpenShareAsync(
        NodeConfig config, MirrorOptions mirror, IReadOnlyList<IChainProvider> providers,
        MirroredTables tables, CommandOutput output, CancellationToken cancellation)
    {
        if (config.SnapshotListen is null)
            return null;
        try
        {
            SnapshotShare share = await SnapshotShare.OpenAsync(
                config, mirror, providers, () => tables.SnapshotAtHead, output.Note, cancellation)
                .ConfigureAwait(false);
            output.Line($"snapshot at http://{share.EndPoint}/snapshot");
            return share;
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            throw new CommandException(ExitCode.Unavailable, $"snapshotListen: {fault.Message}", fault);
        }
    }

    private static async Task<int> ServeAsync(
        NodeRuntime<MirrorHomes> runtime, Settings settings, CommandOutput output,
        CancellationToken cancellation)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (settings.FollowInput)
            _ = Task.Run(() => EndWithInputAsync(ending), CancellationToken.None);
        Task running = runtime.RunAsync(ending.Token);
        try
        {
            await Task.WhenAny(running, runtime.Started, SayWhyNotAsync(runtime, output, ending.Token))
                .ConfigureAwait(false);
            if (runtime.Started.IsCompletedSuccessfully)
                SayStarted(runtime, output);
            await running.ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (Exception fault) when (fault is CellSocketException or XdpException)
        {
            throw new CommandException(ExitCode.Unavailable, fault.Message, fault);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            throw new CommandException(ExitCode.Unavailable, $"httpPort: {fault.Message}", fault);
        }
        catch (NodeFaultException fault)
        {
            throw new CommandException(ExitCode.Software, fault.Message, fault);
        }
    }

    /// <summary>
    /// Says once what a start waits for, when it waits for long; ends when the node has started.
    /// </summary>
    private static async Task SayWhyNotAsync(
        NodeRuntime<MirrorHomes> runtime, CommandOutput output, CancellationToken cancellation)
    {
        string said = string.Empty;
        while (!runtime.Started.IsCompleted)
        {
            await Task.WhenAny(
                runtime.Started, Task.Delay(HostLimits.StartPatienceMilliseconds, cancellation))
                .ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            NodeStatus status = runtime.Status();
            if (runtime.Started.IsCompleted || status.NotReady == said)
                continue;
            said = status.NotReady;
            string problem = status.Mirror.Problem.Length == 0 ? string.Empty : $" ({status.Mirror.Problem})";
            output.Note($"waiting: {said}{problem}");
        }
    }

    private static async Task EndWithInputAsync(CancellationTokenSource ending)
    {
        await using Stream input = Console.OpenStandardInput();
        byte[] ignored = new byte[256];
        try
        {
            while (await input.ReadAsync(ignored).ConfigureAwait(false) > 0)
            {
                // Only the end matters.
            }
        }
        catch (IOException)
        {
            // A broken input is an end too.
        }

        try
        {
            await ending.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The node has ended already.
        }
    }

    private static void SayStarted(NodeRuntime<MirrorHomes> runtime, CommandOutput output)
    {
        uint id = runtime.Status().NodeId;
        string http = runtime.HttpPort == 0
            ? string.Empty
            : $"; status at http://127.0.0.1:{runtime.HttpPort}/status";
        IReadOnlyList<XdpAttachment> xdp = runtime.Status().Xdp?.Interfaces ?? [];
        string driver = string.Concat(
            xdp.Select(at => $"; xdp on {at.Interface} ({(at.IsNative ? "native" : "generic")})"));
        output.Line(
            $"node {id}: clients {runtime.ClientEndpoint}, nodes {runtime.NodeEndpoint}{http}{driver}");
        output.Json(json =>
        {
            json.WriteString("event", "started");
            json.WriteNumber("node", id);
            json.WriteString("client", runtime.ClientEndpoint.ToString());
            json.WriteString("peer", runtime.NodeEndpoint.ToString());
            json.WriteNumber("http_port", runtime.HttpPort);
        });
    }

    private sealed record Settings(
        string Path, bool Plain, bool CheckOnly, bool FollowInput, CellSocketKind SocketKind,
        IReadOnlyList<string> XdpInterfaces, IReadOnlyList<Uri> SnapshotSources);
}
