using System.CommandLine;

namespace Conet.Host.Commands;

/// <summary>
/// Options that several commands have, and how an action is run so that it ends with one line and a code.
/// </summary>
internal static class CommandSettings
{
    /// <summary>One JSON object a line in place of text.</summary>
    public static Option<bool> Json() => new("--json") { Description = "print one JSON object a line" };

    /// <summary>Which network.</summary>
    public static Option<string?> Network() => new("--network")
    {
        Description = "file that names chain and registries (default: network.json in CONET_HOME)",
        HelpName = "FILE",
    };

    /// <summary>Which of the user's wallets.</summary>
    public static Option<string?> Wallet() => new("--wallet", "-w")
    {
        Description = "name of the wallet (default: the only one there is)",
        HelpName = "NAME",
    };

    /// <summary>Where the password is.</summary>
    public static Option<string?> PasswordFile() => new("--password-file")
    {
        Description = "file whose first line is the password (else CONET_PASSWORD, else it is asked for)",
        HelpName = "FILE",
    };

    /// <summary>Gives a command its action.</summary>
    public static void Run(
        Command command,
        Option<bool>? json,
        Func<ParseResult, CommandOutput, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            CommandOutput output = new(
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error,
                json is not null && parsed.GetValue(json));
            try
            {
                return await action(parsed, output, cancellation).ConfigureAwait(false);
            }
            catch (CommandException problem)
            {
                output.EndProgress();
                output.Note(CommandOutput.Harmless(problem.Message));
                return problem.ExitCode;
            }
            catch (Client.ConetClientException problem)
            {
                output.EndProgress();
                output.Note(CommandOutput.Harmless(problem.Message));
                return ExitCode.Unavailable;
            }
            catch (DllNotFoundException missing)
            {
                output.Note(CommandOutput.Harmless(missing.Message));
                return ExitCode.Unavailable;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                output.EndProgress();
                return ExitCode.Interrupted;
            }
        });
}
