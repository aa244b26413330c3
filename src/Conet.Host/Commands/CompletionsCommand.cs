using System.CommandLine;

namespace Conet.Host.Commands;

/// <summary>`conet completions SHELL`: a script for the shell's start-up file.</summary>
internal static class CompletionsCommand
{
    private const string Bash = """
        _conet() {
          local IFS=$'\n'
          COMPREPLY=(
            $(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" \
              -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _conet conet ./conet
        """;

    private const string Zsh = """
        _conet() {
          local -a found
          found=(${(f)"$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)"})
          compadd -a found
        }
        compdef _conet conet ./conet
        """;

    private const string Fish = """
        function __conet_complete
          set -l line (commandline -cp)
          conet "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
        end
        complete -f -c conet -a '(__conet_complete)'
        """;

    public static Command Create()
    {
        Command command = new("completions", "print a completion script: source <(conet completions bash)");
        Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        command.Add(shell);
        CommandSettings.Run(command, null, (parsed, output, _) =>
        {
            output.Line(parsed.GetValue(shell) switch
            {
                "zsh" => Zsh,
                "fish" => Fish,
                _ => Bash,
            });
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
