using System.Text;
using Conet.Host.Node;

namespace Conet.Host.Commands;

/// <summary>Where a password comes from: a file, the environment, or the person at the terminal.</summary>
internal static class PasswordSource
{
    private const string Variable = "CONET_PASSWORD";
    private const int LengthMax = 1024;

    /// <summary>Gets the password of a wallet that exists.</summary>
    /// <exception cref="CommandException">There is none to be had.</exception>
    public static string Get(string? file, string wallet) =>
        Find(file) ?? Ask($"password of wallet {wallet}: ");

    /// <summary>Gets the password of a new wallet; a person types it twice.</summary>
    /// <exception cref="CommandException">There is none to be had, or the two differ.</exception>
    public static string Choose(string? file, string wallet)
    {
        if (Find(file) is { } found)
            return found;
        string first = Ask($"password for wallet {wallet}: ");
        if (Ask("again: ") != first)
            throw new CommandException(ExitCode.Usage, "the two passwords differ; nothing was written");
        return first;
    }

    private static string? Find(string? file)
    {
        if (file is null)
            return Environment.GetEnvironmentVariable(Variable);
        return SecretFile.TryReadPassword(file, out string password, out string error)
            ? password
            : throw new CommandException(ExitCode.NoInput, error);
    }

    private static string Ask(string prompt)
    {
        if (Console.IsInputRedirected)
        {
            throw new CommandException(
                ExitCode.Usage,
                $"no password: give --password-file FILE or set {Variable}, or use a terminal");
        }

        Console.Error.Write(prompt);
        StringBuilder typed = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                break;
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar) && typed.Length < LengthMax)
                typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
