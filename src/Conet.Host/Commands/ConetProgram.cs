using System.CommandLine;
using System.Text;

namespace Conet.Host.Commands;

/// <summary>
/// The conet program: reads the command line, runs the verb, turns what went wrong into one line and a code.
/// </summary>
internal static class ConetProgram
{
    private const int StopSeconds = 30;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        RootCommand root = new("A node of the Conet network, a local network to try, and a wallet's tools.")
        {
            Local.UpCommand.Create(),
            NodeCommand.Create(),
            WalletCommand.Create(),
            SendCommand.Create(),
            ListenCommand.Create(),
            RouteCommand.Create(),
            MirrorCommand.Create(),
            CompletionsCommand.Create(),
        };

        // A message may begin with @: it names no file.
        ParseResult parsed = root.Parse(
            arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
        {
            await Console.Error.WriteLineAsync(Complaint(parsed)).ConfigureAwait(false);
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(StopSeconds),
        }).ConfigureAwait(false);
    }

    private static string Complaint(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string verb = command is RootCommand ? string.Empty : command.Name + " ";
        string problem = parsed.UnmatchedTokens.Count > 0
            ? $"{parsed.UnmatchedTokens[0]}: there is no such command, option or argument here"
            : parsed.Errors[0].Message.TrimEnd('.');
        return $"conet: {CommandOutput.Harmless(problem)}; see: conet {verb}--help";
    }
}
