using System.CommandLine;
using System.Security.Cryptography;
using Conet.Client;
using Conet.Host.Node;
using Conet.Wire.Addresses;

namespace Conet.Host.Commands;

/// <summary>`conet wallet new|show|import`: keys in keystore files.</summary>
internal static class WalletCommand
{
    private const string DefaultName = "default";

    public static Command Create()
    {
        Command command = new("wallet", "make, show and import wallets");
        command.Add(CreateNew());
        command.Add(CreateShow());
        command.Add(CreateImport());
        return command;
    }

    private static Argument<string> NameArgument() => new("NAME")
    {
        Description = "name of the wallet",
        DefaultValueFactory = _ => DefaultName,
    };

    private static Command CreateNew()
    {
        Command command = new("new", "make a wallet: a key pair on this machine, free, without an issuer");
        Argument<string> name = NameArgument();
        Option<string?> password = CommandSettings.PasswordFile();
        Option<bool> json = CommandSettings.Json();
        command.Add(name);
        command.Add(password);
        command.Add(json);
        CommandSettings.Run(command, json, (parsed, output, _) =>
        {
            using Wallet wallet = Wallet.Create();
            return Task.FromResult(
                Save(parsed.GetValue(name)!, wallet, parsed.GetValue(password), output));
        });
        return command;
    }

    private static Command CreateImport()
    {
        Command command = new("import", "take in a wallet from a secret key or a keystore");
        Argument<string> name = NameArgument();
        Option<string?> secret = new("--secret-file")
        {
            Description = "file of 64 hex digits, readable by its owner alone",
            HelpName = "FILE",
        };
        Option<string?> keystore = new("--keystore")
        {
            Description = "version 3 keystore; its password must be the new wallet's too",
            HelpName = "FILE",
        };
        Option<string?> password = CommandSettings.PasswordFile();
        Option<bool> json = CommandSettings.Json();
        command.Add(name);
        command.Add(secret);
        command.Add(keystore);
        command.Add(password);
        command.Add(json);
        CommandSettings.Run(command, json, (parsed, output, _) =>
        {
            string? secretPath = parsed.GetValue(secret), keystorePath = parsed.GetValue(keystore);
            if (secretPath is null == keystorePath is null)
                throw new CommandException(
                    ExitCode.Usage, "wallet import: give --secret-file or --keystore, one of them");
            using Wallet wallet = secretPath is not null
                ? FromSecret(secretPath)
                : FromKeystore(keystorePath!, parsed.GetValue(password));
            return Task.FromResult(Save(parsed.GetValue(name)!, wallet, parsed.GetValue(password), output));
        });
        return command;
    }

    private static Command CreateShow()
    {
        Command command = new("show", "show one wallet, or all");
        Argument<string?> name =
            new("NAME") { Description = "name of the wallet", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = CommandSettings.Json();
        command.Add(name);
        command.Add(json);
        CommandSettings.Run(command, json, (parsed, output, _) =>
        {
            WalletStore store = new(ConetHome.FromEnvironment());
            IReadOnlyList<string> names = parsed.GetValue(name) is { } one
                ? [store.Choose(one)]
                : store.Names();
            foreach (string each in names)
            {
                string address = store.AddressOf(each)?.ToString() ?? "address unknown";
                output.Line($"{address}  {each}");
                output.Json(line =>
                {
                    line.WriteString("name", each);
                    line.WriteString("address", address);
                    line.WriteString("file", store.KeystorePath(each));
                });
            }

            if (names.Count == 0)
                output.Note("there is no wallet yet; make one with: conet wallet new");
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static Wallet FromSecret(string path)
    {
        if (!SecretFile.TryReadKey(path, out byte[]? secret, out string error))
            throw new CommandException(ExitCode.BadData, error);
        bool isKey = Wallet.TryImport(secret, out Wallet? wallet);
        CryptographicOperations.ZeroMemory(secret);
        return isKey
            ? wallet!
            : throw new CommandException(ExitCode.BadData, $"{path}: is no secp256k1 secret key");
    }

    private static Wallet FromKeystore(string path, string? passwordFile)
    {
        byte[] json = ConetHome.ReadFile(path, HostLimits.SecretFileBytesMax);
        return WalletStore.Decrypt(path, json, PasswordSource.Get(passwordFile, path));
    }

    private static int Save(string name, Wallet wallet, string? passwordFile, CommandOutput output)
    {
        WalletStore store = new(ConetHome.FromEnvironment());
        if (store.Names().Contains(name, StringComparer.Ordinal))
            throw new CommandException(
                ExitCode.CannotCreate, $"there is a wallet {name} already; choose another name");
        store.Add(name, wallet, PasswordSource.Choose(passwordFile, name), KeystoreCost.Default);
        output.Line($"{wallet.Address}  {name}");
        output.Json(json =>
        {
            json.WriteString("name", name);
            json.WriteString("address", wallet.Address.ToString());
            json.WriteString("file", store.KeystorePath(name));
        });
        return ExitCode.Ok;
    }
}
