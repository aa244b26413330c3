using System.CommandLine;

namespace Conet.Host.Commands;

/// <summary>The options of every command that acts as a wallet on the network.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string?> _network = CommandSettings.Network();
    private readonly Option<string?> _wallet = CommandSettings.Wallet();
    private readonly Option<string?> _passwordFile = CommandSettings.PasswordFile();

    public CommonOptions(Command command)
    {
        command.Add(_wallet);
        command.Add(_passwordFile);
        command.Add(_network);
        command.Add(Json);
    }

    public Option<bool> Json { get; } = CommandSettings.Json();

    public Values Read(ParseResult parsed) =>
        new(parsed.GetValue(_network), parsed.GetValue(_wallet), parsed.GetValue(_passwordFile));

    public sealed record Values(string? Network, string? Wallet, string? PasswordFile);
}
