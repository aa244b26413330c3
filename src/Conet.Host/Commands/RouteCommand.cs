using System.CommandLine;
using Conet.Wire.Addresses;

namespace Conet.Host.Commands;

/// <summary>`conet route set|show|clear`: where a wallet is delivered, as the chain says.</summary>
internal static class RouteCommand
{
    public static Command Create()
    {
        Command command = new("route", "publish, show or clear the route of a wallet");
        command.Add(CreateSet());
        command.Add(CreateShow());
        command.Add(CreateClear());
        return command;
    }

    private static Command CreateSet()
    {
        Command command = new("set", "publish a route with a fresh prekey");
        Option<string?> homes =
            new("--homes") { Description = "one to three node ids, in order: 1,2,3", HelpName = "IDS" };
        Option<int> days = new("--days")
        {
            Description = $"how long it is in force, 1 to {RouteWish.DaysMax}",
            DefaultValueFactory = _ => RouteWish.DaysUsual,
        };
        Option<string?> payer = PayerOption();
        CommonOptions common = new(command);
        command.Add(homes);
        command.Add(days);
        command.Add(payer);
        CommandSettings.Run(command, common.Json, (parsed, output, cancellation) =>
        {
            RouteWish wish = new(parsed.GetValue(homes), parsed.GetValue(days), parsed.GetValue(payer));
            if (wish.Days is < 1 or > RouteWish.DaysMax)
                throw new CommandException(ExitCode.Usage, $"route set: --days is 1 to {RouteWish.DaysMax}");
            return WithKeeperAsync(common.Read(parsed), output, cancellation, async keeper =>
            {
                await keeper.PublishAsync(wish, cancellation).ConfigureAwait(false);
                new RouteReport(keeper.Session, keeper.Wallet.Address).Show(output);
                return ExitCode.Ok;
            });
        });
        return command;
    }

    private static Command CreateClear()
    {
        Command command = new("clear", "take the route back: nobody can write to the wallet any more");
        Option<string?> payer = PayerOption();
        CommonOptions common = new(command);
        command.Add(payer);
        CommandSettings.Run(command, common.Json, (parsed, output, cancellation) =>
            WithKeeperAsync(common.Read(parsed), output, cancellation, async keeper =>
            {
                await keeper.ClearAsync(parsed.GetValue(payer), cancellation).ConfigureAwait(false);
                output.Line($"{keeper.Wallet.Address}: cleared");
                output.Json(json =>
                {
                    json.WriteString("address", keeper.Wallet.Address.ToString());
                    json.WriteString("state", "cleared");
                });
                return ExitCode.Ok;
            }));
        return command;
    }

    private static Command CreateShow()
    {
        Command command = new("show", "show a route: where it came from, proved or not, and how old");
        Argument<string?> address = new("ADDRESS")
        {
            Description = "an address, or the name of a wallet kept here (default: the only one)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> network = CommandSettings.Network();
        Option<bool> json = CommandSettings.Json();
        command.Add(address);
        command.Add(network);
        command.Add(json);
        CommandSettings.Run(command, json, async (parsed, output, cancellation) =>
        {
            WalletStore store = new(ConetHome.FromEnvironment());
            string text = parsed.GetValue(address) ?? store.Choose(null);
            Address wallet = AddressArgument.Read(store, text);
            await using NetworkSession session =
                await NetworkSession.OpenAsync(parsed.GetValue(network), cancellation).ConfigureAwait(false);
            return new RouteReport(session, wallet).Show(output);
        });
        return command;
    }

    private static Option<string?> PayerOption() => new("--payer")
    {
        Description = "wallet that pays (default: the network's sponsor, or the wallet itself)",
        HelpName = "NAME",
    };

    private static async Task<int> WithKeeperAsync(
        CommonOptions.Values common,
        CommandOutput output,
        CancellationToken cancellation,
        Func<RouteKeeper, Task<int>> action)
    {
        WalletStore store = new(ConetHome.FromEnvironment());
        string name = store.Choose(common.Wallet);
        using Wallet wallet = store.Open(name, PasswordSource.Get(common.PasswordFile, name));
        await using NetworkSession session =
            await NetworkSession.OpenAsync(common.Network, cancellation).ConfigureAwait(false);
        using RouteKeeper keeper = new(session, store, name, wallet, output);
        return await action(keeper).ConfigureAwait(false);
    }
}
