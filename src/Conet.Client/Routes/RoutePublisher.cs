using System.Diagnostics.CodeAnalysis;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>
/// Writes routes into a RouteRegistry: a wallet's own, by its own transaction, or one that somebody else pays
/// for on the wallet's authorization. What is wrong with the chain, the provider or the draft comes back in a
/// result; only misuse throws. Any thread; two changes of one wallet at once race for the epoch, and one of
/// them fails.
/// </summary>
public sealed class RoutePublisher
{
    private readonly IChainProvider _provider;
    private readonly RouteRegistryContract _contract;
    private readonly RouteTypedData _types;

    /// <summary>A publisher for one registry.</summary>
    /// <param name="provider">Where routes, nonces and times are read; not owned.</param>
    /// <param name="chainId">EIP-155 chain id.</param>
    /// <param name="routeRegistry">The RouteRegistry.</param>
    public RoutePublisher(IChainProvider provider, ulong chainId, Address routeRegistry)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _provider = provider;
        _contract = new RouteRegistryContract(routeRegistry);
        _types = new RouteTypedData(chainId, routeRegistry);
    }

    /// <summary>
    /// Sets a wallet's route, with the epoch after the one that stands, and waits until that is mined.
    /// </summary>
    /// <param name="wallet">Whose route.</param>
    /// <param name="draft">The route.</param>
    /// <param name="payer">Sends the transaction: the wallet itself, or anybody with coins.</param>
    /// <param name="ct">Stops waiting; what was sent by then stays sent.</param>
    public async Task<RouteResult<PublishedRoute>> PublishAsync(
        Wallet wallet, RouteDraft draft, TransactionSender payer, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        CheckPayer(payer);
        if (payer.Sender != wallet.Address)
        {
            RouteResult<RouteAuthorization> leave =
                await AuthorizeAsync(wallet, draft, ct: ct).ConfigureAwait(false);
            return leave.TryGet(out RouteAuthorization? authorization, out string error)
                ? await SubmitAsync(authorization, payer, ct).ConfigureAwait(false)
                : RouteResult<PublishedRoute>.Fail(error);
        }
        RpcResult<RouteRecord> standing = await ReadAsync(wallet.Address, ct).ConfigureAwait(false);
        if (!standing.IsSuccess) return Fail<PublishedRoute>(standing.Fault);
        if (!TryBuild(draft, standing.Value.Epoch, out RouteRecord route, out string? wrong))
            return RouteResult<PublishedRoute>.Fail(wrong);
        CompactSignature signature = _types.SignRoute(wallet, route.Prekey, route.Packed);
        byte[] data = RouteRegistryContract.EncodeSet(route.Prekey, route.Packed, signature);
        return await SendAsync(wallet.Address, route, data, payer, ct).ConfigureAwait(false);
    }

    /// <summary>Clears a wallet's route and waits until that is mined. The epoch is kept.</summary>
    /// <param name="wallet">Whose route.</param>
    /// <param name="payer">Sends the transaction: the wallet itself, or anybody with coins.</param>
    /// <param name="ct">Stops waiting; what was sent by then stays sent.</param>
    public async Task<RouteResult<PublishedRoute>> ClearAsync(
        Wallet wallet, TransactionSender payer, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        CheckPayer(payer);
        if (payer.Sender != wallet.Address)
        {
            RouteResult<RouteAuthorization> leave =
                await AuthorizeClearAsync(wallet, ct: ct).ConfigureAwait(false);
            return leave.TryGet(out RouteAuthorization? authorization, out string error)
                ? await SubmitAsync(authorization, payer, ct).ConfigureAwait(false)
                : RouteResult<PublishedRoute>.Fail(error);
        }
        RpcResult<RouteRecord> standing = await ReadAsync(wallet.Address, ct).ConfigureAwait(false);
        if (!standing.IsSuccess) return Fail<PublishedRoute>(standing.Fault);
        RouteRecord cleared = RouteRecord.Cleared(standing.Value.Epoch);
        byte[] data = RouteRegistryContract.EncodeClear();
        return await SendAsync(wallet.Address, cleared, data, payer, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Signs leave for a relayer to set a route, and tries it on the provider first, so that one that would
    /// be refused is not handed out. The wallet needs no coins.
    /// </summary>
    /// <param name="wallet">Whose route.</param>
    /// <param name="draft">The route.</param>
    /// <param name="validSeconds">How long it may be used, counted from the latest block.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<RouteResult<RouteAuthorization>> AuthorizeAsync(
        Wallet wallet,
        RouteDraft draft,
        uint validSeconds = ClientLimits.AuthorizationSeconds,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        RpcResult<RouteRecord> standing = await ReadAsync(wallet.Address, ct).ConfigureAwait(false);
        if (!standing.IsSuccess) return Fail<RouteAuthorization>(standing.Fault);
        if (!TryBuild(draft, standing.Value.Epoch, out RouteRecord route, out string? wrong))
            return RouteResult<RouteAuthorization>.Fail(wrong);
        RpcResult<Terms> terms = await ReadTermsAsync(wallet.Address, validSeconds, ct).ConfigureAwait(false);
        if (!terms.IsSuccess) return Fail<RouteAuthorization>(terms.Fault);
        (ulong nonce, ulong deadline) = terms.Value;
        RouteAuthorization authorization = RouteAuthorization.Set(_types, wallet, route, nonce, deadline);
        return await TryOutAsync(authorization, ct).ConfigureAwait(false);
    }

    /// <summary>Signs leave for a relayer to clear the wallet's route, tried first as any other.</summary>
    /// <param name="wallet">Whose route.</param>
    /// <param name="validSeconds">How long it may be used, counted from the latest block.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<RouteResult<RouteAuthorization>> AuthorizeClearAsync(
        Wallet wallet, uint validSeconds = ClientLimits.AuthorizationSeconds, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        RpcResult<Terms> terms = await ReadTermsAsync(wallet.Address, validSeconds, ct).ConfigureAwait(false);
        if (!terms.IsSuccess) return Fail<RouteAuthorization>(terms.Fault);
        (ulong nonce, ulong deadline) = terms.Value;
        RouteAuthorization authorization = RouteAuthorization.Clear(_types, wallet, nonce, deadline);
        return await TryOutAsync(authorization, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// The relayer's side: pays for what a wallet has authorized, and waits until that is mined.
    /// </summary>
    /// <param name="authorization">From <see cref="AuthorizeAsync"/> or <see
    /// cref="RouteAuthorization.TryParse"/>.</param>
    /// <param name="payer">Anybody with coins.</param>
    /// <param name="ct">Stops waiting; what was sent by then stays sent.</param>
    public async Task<RouteResult<PublishedRoute>> SubmitAsync(
        RouteAuthorization authorization, TransactionSender payer, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        CheckPayer(payer);
        if (authorization.ChainId != _types.ChainId || authorization.Registry != _types.Registry)
        {
            return RouteResult<PublishedRoute>.Fail("the authorization is for another network: registry "
                + $"{authorization.Registry} of chain {authorization.ChainId}");
        }
        RouteRecord route;
        if (authorization.Route is { } set)
        {
            route = set;
        }
        else
        {
            RpcResult<RouteRecord> standing = await ReadAsync(authorization.Wallet, ct).ConfigureAwait(false);
            if (!standing.IsSuccess) return Fail<PublishedRoute>(standing.Fault);
            route = RouteRecord.Cleared(standing.Value.Epoch);
        }
        return await SendAsync(authorization.Wallet, route, authorization.ToCallData(), payer, ct)
            .ConfigureAwait(false);
    }

    private readonly record struct Terms(ulong Nonce, ulong DeadlineUnixSeconds);

    private Task<RpcResult<RouteRecord>> ReadAsync(Address wallet, CancellationToken ct) =>
        _contract.GetRouteAsync(_provider, wallet, BlockId.Latest, ct);

    // The deadline is counted in block time, which is what the contract compares it with.
    private async Task<RpcResult<Terms>> ReadTermsAsync(
        Address wallet, uint validSeconds, CancellationToken ct)
    {
        RpcResult<UInt256> wide =
            await _contract.GetNonceAsync(_provider, wallet, BlockId.Latest, ct).ConfigureAwait(false);
        if (!wide.IsSuccess) return wide.Cast<Terms>();
        RpcResult<BlockHeader?> head =
            await _provider.GetBlockAsync(BlockId.Latest, ct).ConfigureAwait(false);
        if (!head.IsSuccess) return head.Cast<Terms>();
        if (head.Value is not { } block || block.TimestampSeconds > ulong.MaxValue - validSeconds
            || !wide.Value.TryToUInt64(out ulong nonce))
            return RpcResult<Terms>.Fail(
                RpcErrorKind.Malformed, $"{_provider.Name}: no latest block or nonce");
        return RpcResult<Terms>.Ok(new Terms(nonce, block.TimestampSeconds + validSeconds));
    }

    private async Task<RouteResult<RouteAuthorization>> TryOutAsync(
        RouteAuthorization authorization, CancellationToken ct)
    {
        CallRequest call = new(_contract.Registry, authorization.ToCallData());
        RpcResult<byte[]> answer = await _provider.CallAsync(call, BlockId.Latest, ct).ConfigureAwait(false);
        return answer.IsSuccess
            ? RouteResult<RouteAuthorization>.Ok(authorization)
            : Fail<RouteAuthorization>(RevertReason.Name(answer.Fault));
    }

    private async Task<RouteResult<PublishedRoute>> SendAsync(
        Address wallet, RouteRecord route, byte[] data, TransactionSender payer, CancellationToken ct)
    {
        RpcResult<TransactionReceipt> sent =
            await payer.SendAsync(_contract.Registry, data, UInt256.Zero, ct).ConfigureAwait(false);
        return sent.IsSuccess
            ? RouteResult<PublishedRoute>.Ok(new PublishedRoute(wallet, route, sent.Value))
            : Fail<PublishedRoute>(sent.Fault);
    }

    private static bool TryBuild(
        RouteDraft draft, uint epoch, out RouteRecord route, [NotNullWhen(false)] out string? wrong)
    {
        ArgumentNullException.ThrowIfNull(draft);
        route = default;
        wrong = "a prekey has 32 bytes and is not zero";
        if (draft.Prekey.Length != Bytes32.Size || new Bytes32(draft.Prekey.Span).IsZero) return false;
        wrong = "a route has 1 to 3 homes";
        IReadOnlyList<NodeId> homes = draft.Homes;
        if (homes.Count is 0 or > ClientLimits.HomesMax) return false;
        wrong = "the wallet has used up all epochs";
        if (epoch == uint.MaxValue) return false;
        bool isBuilt = PackedRoute.TryCreate(
            homes[0], homes.Count > 1 ? homes[1] : default, homes.Count > 2 ? homes[2] : default,
            PackedRoute.SuitePlain, epoch + 1, draft.ExpiresUnixSeconds, flags: 0,
            out PackedRoute packed, out PackedRouteError error);
        wrong = error switch
        {
            PackedRouteError.None => null,
            PackedRouteError.HomeRepeated => "a home is named twice",
            PackedRouteError.NoHome or PackedRouteError.HomeGap => "node 0 is no home",
            PackedRouteError.NoExpiry => "a route needs an expiry",
            _ => $"the route is refused: {error}",
        };
        if (isBuilt) route = RouteRecord.Live(new Bytes32(draft.Prekey.Span), packed);
        return isBuilt && wrong is null;
    }

    private void CheckPayer(TransactionSender payer)
    {
        ArgumentNullException.ThrowIfNull(payer);
        if (payer.ChainId != _types.ChainId)
            throw new ArgumentException("The payer sends to another chain.", nameof(payer));
    }

    private static RouteResult<T> Fail<T>(RpcFault fault)
        where T : class => RouteResult<T>.Fail(fault.Message.Length > 0 ? fault.Message : fault.ToString());
}
