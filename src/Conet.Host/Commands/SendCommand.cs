using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Conet.Client;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;

namespace Conet.Host.Commands;

/// <summary>`conet send ADDRESS TEXT|--file F`: one message, and its receipt.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        Command command = new("send", "send a message and wait for its receipt");
        Argument<string> to = new("ADDRESS")
        {
            Description =
                "0x and 40 hex digits, the name of a wallet kept here, or a reply block (120 hex digits)",
        };
        Argument<string?> text = new("TEXT") { Description = "the message", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> file = new("--file", "-f")
        {
            Description = "send a file's bytes; - is standard input",
            HelpName = "FILE",
        };
        Option<bool> anonymous = new("--anonymous") { Description = "do not name or prove a sender" };
        Option<bool> noReceipt =
            new("--no-receipt") { Description = "do not ask for a receipt, and do not repeat" };
        Option<int> seconds = new("--timeout")
        {
            Description = "seconds the message lives and is repeated, 1 to 604800",
            DefaultValueFactory = _ => 60,
        };
        Option<uint?> entry =
            new("--entry") { Description = "node that gets the cells first (default: one at random)" };
        Option<uint?> home =
            new("--home") { Description = "home of the addressee that shall get them (default: any)" };
        Option<uint?> via = new("--answers-at")
        {
            Description = "node where answers are waited for (default: one at random)",
        };
        CommonOptions common = new(command);
        command.Add(to);
        command.Add(text);
        foreach (Option option in new Option[] { file, anonymous, noReceipt, seconds, entry, home, via })
            command.Add(option);
        CommandSettings.Run(command, common.Json, (parsed, output, cancellation) => SendAsync(
            new Request(
                parsed.GetValue(to)!,
                parsed.GetValue(text),
                parsed.GetValue(file),
                parsed.GetValue(anonymous),
                !parsed.GetValue(noReceipt),
                parsed.GetValue(seconds),
                parsed.GetValue(entry),
                parsed.GetValue(home),
                parsed.GetValue(via),
                common.Read(parsed)),
            output,
            cancellation));
        return command;
    }

    private static async Task<int> SendAsync(
        Request request, CommandOutput output, CancellationToken cancellation)
    {
        if (request.Seconds is < 1 or > (int)Limits.EnvelopeLifetimeSecondsMax)
            throw new CommandException(ExitCode.Usage, "send: --timeout is 1 to 604800 seconds");
        WalletStore store = new(ConetHome.FromEnvironment());
        Destination to = ReadDestination(request, store);
        byte[] content = await ReadContentAsync(request, cancellation).ConfigureAwait(false);
        using Wallet wallet = request.Anonymous ? Wallet.Create() : common(request.Common, store);
        await using NetworkSession session =
            await NetworkSession.OpenAsync(request.Common.Network, cancellation).ConfigureAwait(false);
        await using ConetClient client = ConetClient.Start(new ConetClientOptions
        {
            Network = session.Network,
            Directory = session.Directory,
            Wallet = wallet,
            Entry = session.ChooseNode(request.Entry),
        });
        if (request.WantReceipt)
            await AttachAsync(client, session, request.AnswersAt, cancellation).ConfigureAwait(false);

        long began = Stopwatch.GetTimestamp();
        SendOutcome outcome = await client.SendAsync(
            to,
            content,
            new SendOptions
            {
                Anonymous = request.Anonymous,
                WantReceipt = request.WantReceipt,
                Lifetime = TimeSpan.FromSeconds(request.Seconds),
            },
            new SendProgressLine(output, content.Length),
            cancellation).ConfigureAwait(false);
        output.EndProgress();
        return Report(outcome, content.Length, Stopwatch.GetElapsedTime(began).TotalSeconds, request, output);

        static Wallet common(CommonOptions.Values common, WalletStore store)
        {
            string name = store.Choose(common.Wallet);
            return store.Open(name, PasswordSource.Get(common.PasswordFile, name));
        }
    }

    /// <summary>Attaches, unnamed, for the answer: at the node asked for, or one that is there.</summary>
    private static async Task AttachAsync(
        ConetClient client, NetworkSession session, uint? wanted, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await client.AttachAsync(
                    session.ChooseNode(wanted), new AttachOptions { AsWallet = false }, cancellation)
                    .ConfigureAwait(false);
                return;
            }
            catch (ConetClientException) when (wanted is null && attempt < HostLimits.AttachAttemptsMax)
            {
                // Another node may answer.
            }
        }
    }

    private static Destination ReadDestination(Request request, WalletStore store)
    {
        if (TryReadReplyBlock(request.To, out ReplyBlock? block))
        {
            return request.Home is null
                ? Destination.Reply(block!)
                : throw new CommandException(
                    ExitCode.Usage, "send: a reply block names its home; leave --home away");
        }

        if (!store.TryResolve(request.To, out Address wallet))
        {
            throw new CommandException(
                ExitCode.Usage,
                $"{request.To}: is no address "
                    + "(0x and 40 hex digits, with a right checksum if its case is mixed), "
                    + "no reply block, and no wallet kept here");
        }

        return request.Home is { } home
            ? Destination.Home(wallet, new NodeId(home))
            : Destination.Wallet(wallet);
    }

    private static bool TryReadReplyBlock(string text, out ReplyBlock? block)
    {
        block = null;
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        if (digits.Length != 2 * ReplyBlock.Size)
            return false;
        Span<byte> bytes = stackalloc byte[ReplyBlock.Size];
        return Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            && ReplyBlock.TryParse(bytes, ofNode: false, out block);
    }

    private static async Task<byte[]> ReadContentAsync(Request request, CancellationToken cancellation)
    {
        if (request.Text is null == request.File is null)
            throw new CommandException(ExitCode.Usage, "send: give a TEXT or --file FILE, one of them");
        if (request.Text is not null)
            return Encoding.UTF8.GetBytes(request.Text);
        if (request.File != "-")
            return ConetHome.ReadFile(request.File!, HostLimits.SentFileBytesMax);
        await using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[HostLimits.SentFileBytesMax + 1];
        int length = await input.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, cancellation)
            .ConfigureAwait(false);
        return length <= HostLimits.SentFileBytesMax
            ? buffer[..length]
            : throw new CommandException(
                ExitCode.BadData,
                $"standard input: a message has at most {HostLimits.SentFileBytesMax} bytes");
    }

    private static int Report(
        SendOutcome outcome, int bytes, double seconds, Request request, CommandOutput output)
    {
        (int code, string text) = outcome.Status switch
        {
            SendStatus.Received => (ExitCode.Ok, "received"),
            SendStatus.Sent => (ExitCode.Ok, "sent; nobody was asked to confirm it"),
            SendStatus.Expired =>
                (ExitCode.Failed, $"no receipt within {request.Seconds} s; is the addressee listening?"),
            SendStatus.NoRoute => (ExitCode.NoInput,
                "this wallet has no route in force; it must `conet listen` or `conet route set` first"),
            SendStatus.UnsignedRoute => (ExitCode.BadData,
                "the prekey of this wallet's route is not signed by it; nothing is sealed to it"),
            SendStatus.UnusablePrekey =>
                (ExitCode.BadData, "the prekey of this wallet's route cannot be used"),
            SendStatus.TooLong => (ExitCode.BadData, $"a message has at most {Limits.MessageBytesMax} bytes"),
            _ => (ExitCode.Unavailable, outcome.Status.ToString()),
        };
        if (code == ExitCode.Ok)
            output.Line($"{text} ({bytes} bytes, {outcome.CellsSent} cells, {seconds:0.00} s)");
        else
            output.Note(text);
        output.Json(json =>
        {
            json.WriteString("status", outcome.Status.ToString().ToLowerInvariant());
            json.WriteString("to", request.To);
            json.WriteString("id", outcome.Id.ToString());
            json.WriteNumber("bytes", bytes);
            json.WriteNumber("cells_sent", outcome.CellsSent);
            json.WriteNumber("cells_repeated", outcome.CellsRepeated);
            json.WriteNumber("seconds", Math.Round(seconds, 3));
            if (outcome.Receipt is not { } receipt)
                return;
            json.WriteStartObject("receipt");
            json.WriteString("from", receipt.From?.ToString());
            json.WriteNumber("received_ms", receipt.ReceivedMs);
            json.WriteEndObject();
        });
        return code;
    }

    private sealed record Request(
        string To,
        string? Text,
        string? File,
        bool Anonymous,
        bool WantReceipt,
        int Seconds,
        uint? Entry,
        uint? Home,
        uint? AnswersAt,
        CommonOptions.Values Common);

    private sealed class SendProgressLine(CommandOutput output, int bytes) : IProgress<SendProgress>
    {
        private long _shownAt;

        public void Report(SendProgress value)
        {
            if (Stopwatch.GetElapsedTime(_shownAt).TotalMilliseconds < 100
                && value.Acknowledged < value.Count)
                return;
            _shownAt = Stopwatch.GetTimestamp();
            output.Progress($"{100.0 * value.Acknowledged / value.Count,5:0.0} % of {bytes} bytes");
        }
    }
}
