using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Conet.Client;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;

namespace Conet.Host.Commands;

/// <summary>`conet listen`: attaches to the wallet's homes and shows what comes.</summary>
internal static class ListenCommand
{
    private const int TextBytesMax = 4096;

    public static Command Create()
    {
        Command command = new("listen", "publish a route if there is none, attach, and show what comes");
        Option<string?> save =
            new("--save") { Description = "folder for messages as files", HelpName = "FOLDER" };
        Option<int?> count = new("--count", "-n") { Description = "end after so many messages" };
        Option<int?> seconds = new("--timeout") { Description = "end after so many seconds" };
        Option<string?> homes =
            new("--homes") { Description = "one to three node ids, in order: 1,2,3", HelpName = "IDS" };
        Option<string?> payer =
            new("--payer") { Description = "wallet that pays for the route", HelpName = "NAME" };
        CommonOptions common = new(command);
        foreach (Option option in new Option[] { save, count, seconds, homes, payer })
            command.Add(option);
        CommandSettings.Run(command, common.Json, (parsed, output, cancellation) => ListenAsync(
            new Request(
                parsed.GetValue(save),
                parsed.GetValue(count),
                parsed.GetValue(seconds),
                new RouteWish(parsed.GetValue(homes), RouteWish.DaysUsual, parsed.GetValue(payer)),
                common.Read(parsed)),
            output,
            cancellation));
        return command;
    }

    private static async Task<int> ListenAsync(
        Request request, CommandOutput output, CancellationToken cancellation)
    {
        if (request.Count is <= 0 || request.Seconds is <= 0)
            throw new CommandException(ExitCode.Usage, "listen: --count and --timeout are numbers from 1 up");
        if (request.Save is not null)
            ConetHome.MakeFolder(request.Save);
        WalletStore store = new(ConetHome.FromEnvironment());
        string name = store.Choose(request.Common.Wallet);
        using Wallet wallet = store.Open(name, PasswordSource.Get(request.Common.PasswordFile, name));
        await using NetworkSession session =
            await NetworkSession.OpenAsync(request.Common.Network, cancellation).ConfigureAwait(false);
        using RouteKeeper keeper = new(session, store, name, wallet, output);
        RouteInfo route = await keeper.EnsureAsync(request.Route, cancellation).ConfigureAwait(false);
        await using ConetClient client = ConetClient.Start(new ConetClientOptions
        {
            Network = session.Network,
            Directory = session.Directory,
            Wallet = wallet,
            Prekeys = keeper.KeysFor(route),
            Entry = session.ChooseNode(null),
        });
        IReadOnlyList<NodeId> attached = await AttachAsync(client, route, output, cancellation)
            .ConfigureAwait(false);
        SayListening(wallet.Address, attached, output);
        return await ReceiveAsync(client, request, output, cancellation).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<NodeId>> AttachAsync(
        ConetClient client, RouteInfo route, CommandOutput output, CancellationToken cancellation)
    {
        List<NodeId> attached = [];
        string problem = string.Empty;
        foreach (NodeId home in route.Homes)
        {
            try
            {
                await client.AttachAsync(home, new AttachOptions(), cancellation).ConfigureAwait(false);
                attached.Add(home);
            }
            catch (ConetClientException fault)
            {
                problem = fault.Message;
                output.Note(fault.Message);
            }
        }

        return attached.Count > 0
            ? attached
            : throw new CommandException(
                ExitCode.Unavailable,
                $"no home of the route took the client ({problem}); try: conet route set --homes IDS");
    }

    private static void SayListening(Address wallet, IReadOnlyList<NodeId> homes, CommandOutput output)
    {
        output.Line($"listening as {wallet} at node {string.Join(", ", homes.Select(home => home.Value))}");
        output.Json(json =>
        {
            json.WriteString("event", "listening");
            json.WriteString("address", wallet.ToString());
            json.WriteStartArray("homes");
            foreach (NodeId home in homes)
                json.WriteNumberValue(home.Value);
            json.WriteEndArray();
        });
    }

    private static async Task<int> ReceiveAsync(
        ConetClient client, Request request, CommandOutput output, CancellationToken cancellation)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (request.Seconds is { } seconds)
            ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        int received = 0;
        try
        {
            await foreach (ReceivedMessage message in client.ReceiveAsync(ending.Token).ConfigureAwait(false))
            {
                Show(message, request.Save, output);
                if (++received == request.Count)
                    break;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            output.Note($"{request.Seconds} s are over; {received} messages came");
            return request.Count is null ? ExitCode.Ok : ExitCode.Failed;
        }

        // The sender still waits for the receipt of the last message, and perhaps repeats it.
        await client.DrainAnswersAsync(cancellation).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    private static void Show(ReceivedMessage message, string? folder, CommandOutput output)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(message.Content));
        string? file = null;
        if (folder is not null)
        {
            file = Path.Combine(folder, message.Id.ToString());
            ConetHome.WriteFile(file, message.Content);
        }

        string? text = TextOf(message.Content);
        DateTimeOffset issued = IssuedAt(message.IssuedMs);
        string from = message.From?.ToString() ?? "anonymous";
        string what = text is not null
            ? CommandOutput.Harmless(text, keepLines: true)
            : $"{message.Content.Length} bytes, SHA-256 {hash}";
        output.Line($"{issued:HH:mm:ss}  {from}  {what}{(file is null ? string.Empty : $"  -> {file}")}");
        output.Json(json =>
        {
            json.WriteString("event", "message");
            json.WriteString("from", message.From?.ToString());
            json.WriteString("id", message.Id.ToString());
            json.WriteNumber("issued_ms", message.IssuedMs);
            json.WriteNumber("bytes", message.Content.Length);
            json.WriteString("sha256", hash);
            json.WriteString("text", text);
            json.WriteString("file", file);
            json.WriteString("via", message.Via.ToString());
            json.WriteString("reply_block", ReplyBlockText(message.ReplyBlock));
        });
    }

    private static DateTimeOffset IssuedAt(ulong issuedMs) =>
        issuedMs <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)issuedMs).ToLocalTime()
            : DateTimeOffset.MaxValue;

    /// <summary>The content as text, if it is short and UTF-8; else null.</summary>
    private static string? TextOf(byte[] content) =>
        content.Length <= TextBytesMax && System.Text.Unicode.Utf8.IsValid(content)
            ? Encoding.UTF8.GetString(content)
            : null;

    private static string? ReplyBlockText(ReplyBlock? block)
    {
        if (block is null)
            return null;
        Span<byte> bytes = stackalloc byte[ReplyBlock.Size];
        block.Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private sealed record Request(
        string? Save, int? Count, int? Seconds, RouteWish Route, CommonOptions.Values Common);
}
