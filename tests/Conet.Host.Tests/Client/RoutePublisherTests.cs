using System.Text;
using Conet.Client;
using Conet.Routing.Chain;
using Conet.Routing.Tests.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Client;

/// <summary>Routes on a chain of their own: written by their wallets, by sponsors and by relayers.</summary>
public sealed class RoutePublisherTests(RegistryChain chain) : IClassFixture<RegistryChain>
{
    private const ulong Day = 24 * 3600;

    private RoutePublisher Publisher =>
        new(chain.Provider, RegistryChain.ChainId, chain.Registries.RouteRegistry);

    private RouteRegistryContract Contract => new(chain.Registries.RouteRegistry);

    [SkippableFact]
    public async Task A_wallet_with_coins_publishes_again_and_clears()
    {
        chain.Require();
        Wallet wallet = chain.CreateWallet();
        TransactionSender own = await chain.FundAsync(wallet);
        RouteDraft draft = await DraftAsync(3, 1);
        PublishedRoute first = Ok(await Publisher.PublishAsync(wallet, draft, own));
        Assert.Equal((1u, new NodeId(3), new NodeId(1), default), Homes(first.Route));
        Assert.Equal(first.Route, await ReadAsync(wallet));
        Assert.Equal(draft.Prekey.ToArray(), first.Route.Prekey.ToArray());
        await AssertSignedAsync(first);

        PublishedRoute second = Ok(await Publisher.PublishAsync(wallet, await DraftAsync(2), own));
        Assert.Equal(2u, second.Route.Epoch);
        PublishedRoute cleared = Ok(await Publisher.ClearAsync(wallet, own));
        Assert.Equal(RouteRecord.Cleared(2), cleared.Route);
        Assert.Equal(cleared.Route, await ReadAsync(wallet));
        Assert.Equal(3u, Ok(await Publisher.PublishAsync(wallet, draft, own)).Route.Epoch);
    }

    [SkippableFact]
    public async Task A_sponsor_pays_for_a_wallet_without_coins()
    {
        chain.Require();
        Wallet wallet = chain.CreateWallet();
        TransactionSender sponsor = await chain.FundAsync();
        PublishedRoute set = Ok(await Publisher.PublishAsync(wallet, await DraftAsync(1, 2, 3), sponsor));
        Assert.Equal((1u, new NodeId(1), new NodeId(2), new NodeId(3)), Homes(await ReadAsync(wallet)));
        await AssertSignedAsync(set);
        Assert.Equal(2u, Ok(await Publisher.PublishAsync(wallet, await DraftAsync(5), sponsor)).Route.Epoch);
        Ok(await Publisher.ClearAsync(wallet, sponsor));
        Assert.Equal(RouteRecord.Cleared(2), await ReadAsync(wallet));
        UInt256 nonce = (await Contract.GetNonceAsync(chain.Provider, wallet.Address, BlockId.Latest)).Value;
        Assert.Equal((UInt256)3UL, nonce);
    }

    [SkippableFact]
    public async Task One_sponsor_serves_many_wallets_at_once()
    {
        chain.Require();
        TransactionSender sponsor = await chain.FundAsync();
        Wallet[] wallets = [.. Enumerable.Range(0, 12).Select(_ => chain.CreateWallet())];
        RouteDraft draft = await DraftAsync(1);
        RouteResult<PublishedRoute>[] results =
            await Task.WhenAll(wallets.Select(wallet => Publisher.PublishAsync(wallet, draft, sponsor)));
        Assert.All(results, result => Assert.True(result.IsSuccess, result.Error));
        foreach (Wallet wallet in wallets) Assert.True((await ReadAsync(wallet)).IsLive);
    }

    [SkippableFact]
    public async Task A_relayer_submits_what_it_was_handed_once()
    {
        chain.Require();
        Wallet wallet = chain.CreateWallet();
        TransactionSender relayer = await chain.FundAsync();
        string json = Ok(await Publisher.AuthorizeAsync(wallet, await DraftAsync(4))).ToJson();
        Assert.False((await ReadAsync(wallet)).IsLive);
        Ok(await Publisher.SubmitAsync(Parse(json), relayer));
        Assert.Equal(4u, (await ReadAsync(wallet)).Packed.Home0.Value);
        RouteResult<PublishedRoute> again = await Publisher.SubmitAsync(Parse(json), relayer);
        Assert.Equal($"reverted: AuthorizationInvalid({wallet.Address})", again.Error);

        string clear = Ok(await Publisher.AuthorizeClearAsync(wallet)).ToJson();
        Assert.Equal(RouteRecord.Cleared(1), Ok(await Publisher.SubmitAsync(Parse(clear), relayer)).Route);
        Assert.False((await ReadAsync(wallet)).IsLive);
    }

    [SkippableFact]
    public async Task An_authorization_dies_at_its_deadline()
    {
        chain.Require();
        Wallet wallet = chain.CreateWallet();
        TransactionSender relayer = await chain.FundAsync();
        RouteDraft draft = await DraftAsync(4);
        RouteAuthorization brief = Ok(await Publisher.AuthorizeAsync(wallet, draft, validSeconds: 100));
        await chain.CallAsync("evm_increaseTime", "[200]");
        await chain.CallAsync("anvil_mine", "[\"0x1\"]");
        RouteResult<PublishedRoute> late = await Publisher.SubmitAsync(brief, relayer);
        Assert.Equal($"reverted: AuthorizationExpired({brief.DeadlineUnixSeconds})", late.Error);
    }

    [SkippableFact]
    public async Task An_authorization_for_another_network_is_not_submitted()
    {
        chain.Require();
        Wallet wallet = chain.CreateWallet();
        TransactionSender relayer = await chain.FundAsync();
        RouteTypedData types = new(1, default);
        RouteAuthorization foreign = RouteAuthorization.Clear(types, wallet, 0, ulong.MaxValue);
        RouteResult<PublishedRoute> result = await Publisher.SubmitAsync(foreign, relayer);
        Assert.Contains("another network", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_the_contract_would_refuse_is_said_in_one_line()
    {
        chain.Require();
        Wallet wallet = chain.CreateWallet();
        TransactionSender sponsor = await chain.FundAsync();
        RouteDraft good = await DraftAsync(1);
        byte[] lowOrder = new byte[32];
        lowOrder[0] = 1;
        (RouteDraft Draft, string Reason)[] cases =
        [
            (good with { ExpiresUnixSeconds = 5 }, "reverted: ExpiryOutOfRange(5, "),
            (good with { ExpiresUnixSeconds = ulong.MaxValue }, "reverted: ExpiryOutOfRange("),
            (good with { Prekey = lowOrder }, "reverted: PrekeyInvalid(0x01"),
            (good with { ExpiresUnixSeconds = 0 }, "a route needs an expiry"),
            (good with { Prekey = new byte[31] }, "a prekey has 32 bytes"),
            (good with { Prekey = new byte[32] }, "a prekey has 32 bytes and is not zero"),
            (good with { Homes = [] }, "a route has 1 to 3 homes"),
            (good with { Homes = [new(1), new(2), new(3), new(4)] }, "a route has 1 to 3 homes"),
            (good with { Homes = [new(2), new(2)] }, "a home is named twice"),
            (good with { Homes = [new(0)] }, "node 0 is no home"),
        ];
        foreach ((RouteDraft draft, string reason) in cases)
        {
            RouteResult<PublishedRoute> published = await Publisher.PublishAsync(wallet, draft, sponsor);
            Assert.StartsWith(reason, published.Error, StringComparison.Ordinal);
            RouteResult<RouteAuthorization> authorized = await Publisher.AuthorizeAsync(wallet, draft);
            Assert.StartsWith(reason, authorized.Error, StringComparison.Ordinal);
        }
        RouteResult<PublishedRoute> cleared = await Publisher.ClearAsync(wallet, sponsor);
        Assert.Equal($"reverted: RouteAbsent({wallet.Address})", cleared.Error);
        Assert.Equal((false, 0u), ((await ReadAsync(wallet)).IsLive, (await ReadAsync(wallet)).Epoch));
    }

    [Fact]
    public async Task A_chain_that_is_away_is_a_result_and_no_exception()
    {
        using Wallet wallet = Wallet.Create();
        await using JsonRpcProvider nobody = JsonRpcProvider.Connect(
            new Uri("http://127.0.0.1:9/"), RegistryChain.ChainId, TimeSpan.FromSeconds(5));
        RoutePublisher publisher = new(nobody, RegistryChain.ChainId, default);
        RouteDraft draft = new(new byte[32], [new NodeId(1)], 1);
        TransactionSender own = new(nobody, wallet, RegistryChain.ChainId);
        Assert.NotEmpty((await publisher.PublishAsync(wallet, draft, own)).Error);
        Assert.NotEmpty((await publisher.ClearAsync(wallet, own)).Error);
        Assert.NotEmpty((await publisher.AuthorizeAsync(wallet, draft)).Error);
        Assert.NotEmpty((await publisher.AuthorizeClearAsync(wallet)).Error);
    }

    [Fact]
    public async Task A_payer_on_another_chain_is_a_mistake_of_ours()
    {
        using Wallet wallet = Wallet.Create();
        await using JsonRpcProvider nobody = JsonRpcProvider.Connect(new Uri("http://127.0.0.1:9/"), null);
        RoutePublisher publisher = new(nobody, chainId: 1, default);
        await Assert.ThrowsAsync<ArgumentException>(
            () => publisher.ClearAsync(wallet, new TransactionSender(nobody, wallet, chainId: 2)));
    }

    private static T Ok<T>(RouteResult<T> result)
        where T : class
    {
        Assert.True(result.IsSuccess, result.Error);
        return result.Value;
    }

    private static RouteAuthorization Parse(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        bool read = RouteAuthorization.TryParse(
            bytes, out RouteAuthorization? authorization, out string error);
        Assert.True(read, error);
        return authorization!;
    }

    private static (uint, NodeId, NodeId, NodeId) Homes(RouteRecord route) =>
        (route.Epoch, route.Packed.Home0, route.Packed.Home1, route.Packed.Home2);

    private async Task<RouteDraft> DraftAsync(params uint[] homes)
    {
        using SealKey prekey = SealKey.Create();
        ulong expiry = await chain.BlockTimeAsync() + Day;
        return new RouteDraft(prekey.PublicKey.ToArray(), [.. homes.Select(id => new NodeId(id))], expiry);
    }

    private async Task<RouteRecord> ReadAsync(Wallet wallet)
    {
        RpcResult<RouteRecord> route =
            await Contract.GetRouteAsync(chain.Provider, wallet.Address, BlockId.Latest);
        Assert.True(route.IsSuccess, route.ToString());
        return route.Value;
    }

    // What the mirrors of strangers see: an event whose signature proves the route by itself.
    private async Task AssertSignedAsync(PublishedRoute published)
    {
        LogEntry log = Assert.Single(published.Receipt.Logs);
        Assert.True(RouteChanged.TryDecode(log.Topics[1], log.Data, out RouteChanged? change, out _));
        Assert.Equal((published.Wallet, published.Route), (change.Wallet, change.Route));
        Assert.True(new RouteTypedData(RegistryChain.ChainId, chain.Registries.RouteRegistry).Verify(change));
    }
}
