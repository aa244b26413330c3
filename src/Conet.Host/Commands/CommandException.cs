namespace Conet.Host.Commands;

/// <summary>Ends a command with one line for the user and an exit code.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">One line: what is wrong and what to do.</param>
/// <param name="cause">What was behind it, or null.</param>
internal sealed class CommandException(int exitCode, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public int ExitCode { get; } = exitCode;
}
