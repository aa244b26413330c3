using System.Security.Cryptography;
using Conet.Client;
using Conet.Wire.Addresses;

namespace Conet.Host.Commands;

/// <summary>
/// The user's wallets: NAME.json, a version 3 keystore, and NAME.prekeys, its prekeys, in the
/// wallets folder of CONET_HOME.
/// </summary>
internal sealed class WalletStore(ConetHome home)
{
    private const int KeystoreBytesMax = HostLimits.SecretFileBytesMax;
    private const int PrekeyBytesMax = HostLimits.SecretFileBytesMax;
    private const int NameLengthMax = 64;
    private const string KeystoreEnding = ".json";

    /// <summary>Names, in order.</summary>
    public IReadOnlyList<string> Names()
    {
        if (!Directory.Exists(home.Wallets))
            return [];
        return
        [
            .. Directory.EnumerateFiles(home.Wallets, "*" + KeystoreEnding)
                .Select(path => Path.GetFileNameWithoutExtension(path)!)
                .Where(IsName)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The name that was given, or that of the only wallet.</summary>
    /// <exception cref="CommandException">None is meant, or there is no such wallet.</exception>
    public string Choose(string? given)
    {
        IReadOnlyList<string> names = Names();
        if (given is not null)
        {
            CheckName(given);
            return names.Contains(given, StringComparer.Ordinal)
                ? given
                : throw new CommandException(
                    ExitCode.NoInput, $"there is no wallet {given}; make it with: conet wallet new {given}");
        }

        return names.Count switch
        {
            0 => throw new CommandException(
                ExitCode.NoInput, "there is no wallet yet; make one with: conet wallet new"),
            1 => names[0],
            _ => throw new CommandException(
                ExitCode.Usage,
                $"there are several wallets ({string.Join(", ", names)}); name one with --wallet"),
        };
    }

    public string KeystorePath(string name) => Path.Combine(home.Wallets, name + KeystoreEnding);

    /// <summary>The address a keystore says it is for; null if it does not say.</summary>
    public Address? AddressOf(string name)
    {
        byte[] json = ConetHome.ReadFile(KeystorePath(name), KeystoreBytesMax);
        return Keystore.TryReadAddress(json, out Address address) ? address : null;
    }

    /// <summary>The address of a wallet that is kept here, or that the text is.</summary>
    public bool TryResolve(string text, out Address address)
    {
        if (Address.TryParseHex(text, out address))
            return true;
        if (!IsName(text) || !File.Exists(KeystorePath(text)) || AddressOf(text) is not { } known)
            return false;
        address = known;
        return true;
    }

    /// <summary>Saves a wallet under a new name.</summary>
    /// <exception cref="CommandException">The name is taken or the file cannot be written.</exception>
    public void Add(string name, Wallet wallet, string password, KeystoreCost cost)
    {
        CheckName(name);
        ConetHome.MakeFolder(home.Path);
        ConetHome.MakeFolder(home.Wallets);
        if (File.Exists(KeystorePath(name)))
            throw new CommandException(
                ExitCode.CannotCreate, $"there is a wallet {name} already; choose another name");
        ConetHome.WriteFile(KeystorePath(name), Keystore.Encrypt(wallet, password, cost));
    }

    /// <summary>Opens a wallet; the caller disposes it.</summary>
    /// <exception cref="CommandException">The keystore is unusable, or the password is wrong.</exception>
    public Wallet Open(string name, string password)
    {
        string path = KeystorePath(name);
        byte[] json = ConetHome.ReadFile(path, KeystoreBytesMax);
        return Decrypt(path, json, password);
    }

    /// <summary>Opens keystore bytes from anywhere; the caller disposes the wallet.</summary>
    public static Wallet Decrypt(string path, ReadOnlySpan<byte> json, string password)
    {
        KeystoreProblem problem = Keystore.TryDecrypt(json, password, out Wallet? wallet);
        return problem switch
        {
            KeystoreProblem.None => wallet!,
            KeystoreProblem.WrongPassword =>
                throw new CommandException(
                    ExitCode.BadData, $"{path}: the password is wrong, or the file was altered"),
            KeystoreProblem.TooCostly =>
                throw new CommandException(
                    ExitCode.BadData, $"{path}: asks for more work or memory than is allowed"),
            KeystoreProblem.Unsupported =>
                throw new CommandException(
                    ExitCode.BadData, $"{path}: is a keystore of a kind that is not supported"),
            _ => throw new CommandException(ExitCode.BadData, $"{path}: is no version 3 keystore"),
        };
    }

    /// <summary>
    /// The prekeys of a wallet, newest first; empty if none were made. The caller disposes them.
    /// </summary>
    /// <exception cref="CommandException">The file was altered, or belongs to another wallet.</exception>
    public StoredPrekey[] ReadPrekeys(string name, Wallet wallet)
    {
        string path = PrekeyPath(name);
        if (!File.Exists(path))
            return [];
        byte[] bytes = ConetHome.ReadFile(path, PrekeyBytesMax);
        return PrekeyFile.TryDecode(bytes, wallet, out StoredPrekey[]? prekeys)
            ? prekeys!
            : throw new CommandException(
                ExitCode.BadData,
                $"{path}: was altered or belongs to another wallet; move it away to begin anew");
    }

    public void WritePrekeys(string name, Wallet wallet, IReadOnlyList<StoredPrekey> prekeys)
    {
        byte[] bytes = PrekeyFile.Encode(wallet, prekeys);
        ConetHome.WriteFile(PrekeyPath(name), bytes);
        CryptographicOperations.ZeroMemory(bytes);
    }

    private string PrekeyPath(string name) => Path.Combine(home.Wallets, name + ".prekeys");

    private static void CheckName(string name)
    {
        if (!IsName(name))
        {
            throw new CommandException(
                ExitCode.Usage,
                $"a wallet's name has 1 to {NameLengthMax} letters, digits, dots, dashes or underscores, "
                    + "and begins with a letter or digit");
        }
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= NameLengthMax
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
