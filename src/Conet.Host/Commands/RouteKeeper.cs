using Conet.Client;
using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Commands;

/// <summary>
/// Keeps a wallet's route on the chain in step with its prekeys on this machine. A prekey is
/// saved before it is published: what was sealed to it can always be opened. Owns the prekeys it
/// read; dispose it to wipe them.
/// </summary>
internal sealed class RouteKeeper : IDisposable
{
    private const ulong RenewSeconds = 2 * 86_400;

    private readonly WalletStore _store;
    private readonly string _name;
    private readonly CommandOutput _output;
    private readonly PrekeyRing _prekeys;

    public RouteKeeper(
        NetworkSession session, WalletStore store, string name, Wallet wallet, CommandOutput output)
    {
        Session = session;
        Wallet = wallet;
        _store = store;
        _name = name;
        _output = output;
        _prekeys = new PrekeyRing(store.ReadPrekeys(name, wallet));
    }

    public NetworkSession Session { get; }

    public Wallet Wallet { get; }

    /// <summary>
    /// The route in force, if this machine can read what is sealed to it; else a fresh one.
    /// </summary>
    public async Task<RouteInfo> EnsureAsync(RouteWish wish, CancellationToken cancellation)
    {
        bool isUsable = Session.Directory.TryGetRoute(Wallet.Address, out RouteInfo? route)
            && route.IsSigned
            && route.ExpiresUnixSeconds > Session.NowSeconds() + RenewSeconds
            && _prekeys.Has(route.Prekey.Span)
            && route.Homes.Any(home => Session.Directory.TryGetNode(home, out _))
            && (wish.Homes is null || wish.Choose(Session).SequenceEqual(route.Homes));
        return isUsable ? route! : await PublishAsync(wish, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes a prekey, saves it, publishes a route with it, and waits until the chain shows it.
    /// </summary>
    /// <exception cref="CommandException">Nobody pays, or the chain refuses.</exception>
    public async Task<RouteInfo> PublishAsync(RouteWish wish, CancellationToken cancellation)
    {
        IReadOnlyList<NodeId> homes = wish.Choose(Session);
        using Payer payer = await FindPayerAsync(wish.Payer, cancellation).ConfigureAwait(false);
        RouteRecord known = Session.Mirror.Table.Routes.TryGetValue(Wallet.Address, out RouteRow? row)
            ? row.Route
            : default;
        byte[] inForce = known.IsLive ? known.Prekey.ToArray() : [];
        StoredPrekey fresh = _prekeys.Next(
            inForce, known.Epoch, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        _store.WritePrekeys(_name, Wallet, _prekeys.Prekeys);
        _output.Note($"publishing a route for {Wallet.Address}");
        ulong expiry = Session.NowSeconds() + ((ulong)wish.Days * 86_400);
        byte[] prekeyBytes = fresh.Key.PublicKey.ToArray();
        await PublishAsync(Session, Wallet, payer.Sender, prekeyBytes, homes, expiry, cancellation)
            .ConfigureAwait(false);
        return Session.Directory.TryGetRoute(Wallet.Address, out RouteInfo? route)
            ? route
            : throw new CommandException(
                ExitCode.Unavailable, "the route was written and taken back; try again");
    }

    /// <summary>Clears the route.</summary>
    /// <exception cref="CommandException">Nobody pays, or the chain refuses.</exception>
    public async Task ClearAsync(string? payerName, CancellationToken cancellation)
    {
        using Payer payer = await FindPayerAsync(payerName, cancellation).ConfigureAwait(false);
        RoutePublisher publisher = new(
            Session.Provider, Session.Network.ChainId, Session.Network.RouteRegistry);
        RouteResult<PublishedRoute> result = await publisher.ClearAsync(Wallet, payer.Sender, cancellation)
            .ConfigureAwait(false);
        if (!result.IsSuccess)
            throw new CommandException(ExitCode.Unavailable, $"the route cannot be cleared: {result.Error}");
    }

    /// <summary>The keys that open what is sealed to a route: its own first, then the one before.</summary>
    public IReadOnlyList<SealKey> KeysFor(RouteInfo route) => _prekeys.KeysFor(route.Prekey.Span);

    public void Dispose() => _prekeys.Dispose();

    /// <summary>Publishes a route and waits until the mirrored table shows it.</summary>
    /// <exception cref="CommandException">The chain refuses, or does not show it.</exception>
    public static async Task PublishAsync(
        NetworkSession session,
        Wallet wallet,
        TransactionSender payer,
        byte[] prekey,
        IReadOnlyList<NodeId> homes,
        ulong expiryUnixSeconds,
        CancellationToken cancellation)
    {
        RoutePublisher publisher = new(
            session.Provider, session.Network.ChainId, session.Network.RouteRegistry);
        RouteResult<PublishedRoute> result = await publisher.PublishAsync(
            wallet, new RouteDraft(prekey, homes, expiryUnixSeconds), payer,
            cancellation).ConfigureAwait(false);
        if (!result.IsSuccess)
            throw new CommandException(
                ExitCode.Unavailable, $"the route cannot be published: {result.Error}");
        await session.WaitForRouteAsync(wallet.Address, prekey, cancellation).ConfigureAwait(false);
    }

    private async Task<Payer> FindPayerAsync(string? name, CancellationToken cancellation)
    {
        if (name is not null)
        {
            string chosen = _store.Choose(name);
            return new Payer(Session, _store.Open(chosen, PasswordSource.Get(null, chosen)));
        }

        RpcResult<UInt256> balance = await Session.Provider
            .GetBalanceAsync(Wallet.Address, BlockId.Latest, cancellation).ConfigureAwait(false);
        if (balance.IsSuccess && !balance.Value.IsZero)
            return new Payer(Session, Wallet, isOwn: false);
        return Session.OpenSponsor() is { } sponsor
            ? new Payer(Session, sponsor)
            : throw new CommandException(
                ExitCode.Unavailable,
                $"{Wallet.Address} has no coins on chain {Session.Network.ChainId} "
                    + "and the network names no sponsor: "
                    + "send it some, or name a wallet that pays with --payer");
    }

    private sealed class Payer(NetworkSession session, Wallet wallet, bool isOwn = true) : IDisposable
    {
        public TransactionSender Sender { get; } = new(session.Provider, wallet, session.Network.ChainId);

        public void Dispose()
        {
            if (isOwn)
                wallet.Dispose();
        }
    }
}
