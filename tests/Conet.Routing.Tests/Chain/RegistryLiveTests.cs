using System.Net;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Routing.Tests.Chain;

/// <summary>
/// Both registries on a chain of their own, through the call data, readers and sender that programs use.
/// </summary>
public sealed class RegistryLiveTests(RegistryChain chain) : IClassFixture<RegistryChain>
{
    private static readonly UInt256 _ether = (UInt256)1_000_000_000_000_000_000UL;

    private NodeRegistryContract Nodes => new(chain.Registries.NodeRegistry);

    private RouteRegistryContract Routes => new(chain.Registries.RouteRegistry);

    [SkippableFact]
    public async Task A_node_lives_from_registration_to_retirement()
    {
        chain.Require();
        TransactionSender owner = await chain.FundAsync();
        NodeInput input = Input(port: 4000);
        NodeId node = await RegisterAsync(owner, input);
        NodeRecord registered = await NodeAsync(node);
        Assert.Equal(input, registered.ToInput());
        Assert.Equal((owner.Sender, NodeState.Active, (UInt128)0),
            (registered.Operator, registered.State, registered.Bond));
        Assert.Equal(node, Ok(await Nodes.GetNodeOfKeyAsync(chain.Provider, input.LinkKey, BlockId.Latest)));
        Assert.Equal(node, Ok(await Nodes.GetNodeOfSignerAsync(
            chain.Provider, input.Signer, BlockId.Latest)));
        uint count = Ok(await Nodes.GetNodeCountAsync(chain.Provider, BlockId.Latest));
        Assert.InRange(count, node.Value, uint.MaxValue);

        NodeInput moved = input with { ClientPort = 4100, NodePort = 4101 };
        await SendAsync(owner, NodeRegistryContract.EncodeUpdate(node, moved));
        await SendAsync(owner, NodeRegistryContract.EncodeAddBond(node), _ether);
        Assert.Equal((moved, _ether.Low), ((await NodeAsync(node)).ToInput(), (await NodeAsync(node)).Bond));

        await SendAsync(owner, NodeRegistryContract.EncodeSetState(node, NodeState.Draining));
        Assert.Equal(NodeState.Draining, (await NodeAsync(node)).State);
        Assert.Equal(0UL, Ok(await Nodes.GetBondFreeAtAsync(chain.Provider, node, BlockId.Latest)));
        await SendAsync(owner, NodeRegistryContract.EncodeSetState(node, NodeState.Retired));
        ulong freeAt = Ok(await Nodes.GetBondFreeAtAsync(chain.Provider, node, BlockId.Latest));
        Assert.InRange(freeAt, await chain.BlockTimeAsync(), await chain.BlockTimeAsync() + 8 * 24 * 3600);
        Assert.Equal($"reverted: BondLocked({freeAt})",
            await RefusalAsync(owner, NodeRegistryContract.EncodeWithdrawBond(node, owner.Sender)));
    }

    [SkippableFact]
    public async Task An_operator_hands_its_node_over_and_may_do_no_more()
    {
        chain.Require();
        TransactionSender first = await chain.FundAsync();
        TransactionSender second = await chain.FundAsync();
        NodeId node = await RegisterAsync(first, Input(port: 5000));
        await SendAsync(first, NodeRegistryContract.EncodeTransferOperator(node, second.Sender));
        Assert.Equal(second.Sender, (await NodeAsync(node)).Operator);
        Assert.Equal($"reverted: NotOperator({node.Value}, {first.Sender})",
            await RefusalAsync(first, NodeRegistryContract.EncodeSetState(node, NodeState.Draining)));
        await SendAsync(second, NodeRegistryContract.EncodeSetState(node, NodeState.Draining));
    }

    [SkippableFact]
    public async Task Unknown_nodes_wallets_and_contracts_read_as_such()
    {
        chain.Require();
        Assert.Null(Ok(await Nodes.GetNodeAsync(chain.Provider, new NodeId(4_000_000), BlockId.Latest)));
        Assert.Null(Ok(await Nodes.GetNodeOfSignerAsync(
            chain.Provider, chain.CreateWallet().Address, BlockId.Latest)));
        RouteRecord none = Ok(await Routes.GetRouteAsync(
            chain.Provider, chain.CreateWallet().Address, BlockId.Latest));
        Assert.Equal((false, 0u), (none.IsLive, none.Epoch));
        RpcResult<uint> nothing = await new NodeRegistryContract(chain.CreateWallet().Address)
            .GetNodeCountAsync(chain.Provider, BlockId.Latest);
        Assert.Contains("no contract at 0x", nothing.Fault.Message, StringComparison.Ordinal);
        RpcResult<uint> other = await new NodeRegistryContract(chain.Registries.RouteRegistry)
            .GetNodeCountAsync(chain.Provider, BlockId.Latest);
        Assert.False(other.IsSuccess);
    }

    [SkippableFact]
    public async Task Positions_follow_the_events()
    {
        chain.Require();
        TransactionSender deployer = await chain.FundAsync();
        DeployedRegistries fresh = await chain.DeployAsync(deployer);
        NodeRegistryContract nodes = new(fresh.NodeRegistry);
        Assert.Equal(0UL, Ok(await nodes.GetEventCountAsync(chain.Provider, BlockId.Latest)));
        Assert.True(Ok(await nodes.GetEventsHashAsync(chain.Provider, BlockId.Latest)).IsZero);
        RpcResult<TransactionReceipt> sent = await deployer.SendAsync(
            fresh.NodeRegistry, NodeRegistryContract.EncodeRegister(Input(port: 6000)), UInt256.Zero);
        LogEntry log = Assert.Single(Ok(sent).Logs);
        Assert.True(log.BlockNumber > fresh.StartBlock);
        Assert.Equal(1UL, Ok(await nodes.GetEventCountAsync(chain.Provider, BlockId.Latest)));
        Assert.Equal(EventsHash.Next(default, 1, log.Topics[1], log.Data),
            Ok(await nodes.GetEventsHashAsync(chain.Provider, BlockId.Latest)));
        Assert.True(nodes.TryFindChange(sent.Value, out NodeId node));
        Assert.Equal(new NodeId(1), node);
        Assert.False(Nodes.TryFindChange(sent.Value, out _));
    }

    [SkippableFact]
    public async Task One_sender_serves_many_tasks_at_once()
    {
        chain.Require();
        TransactionSender owner = await chain.FundAsync();
        NodeId node = await RegisterAsync(owner, Input(port: 7000));
        byte[] addBond = NodeRegistryContract.EncodeAddBond(node);
        RpcResult<TransactionReceipt>[] sent = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            _ => owner.SendAsync(chain.Registries.NodeRegistry, addBond, (UInt256)5UL)));
        Assert.All(sent, result => Assert.True(result.IsSuccess, result.ToString()));
        Assert.Equal((UInt128)100, (await NodeAsync(node)).Bond);
    }

    [SkippableFact]
    public async Task A_wallet_without_coins_gets_a_reason_and_no_exception()
    {
        chain.Require();
        TransactionSender poor = new(chain.Provider, chain.CreateWallet(), RegistryChain.ChainId);
        RpcResult<TransactionReceipt> result = await poor.SendAsync(
            chain.Registries.NodeRegistry,
            NodeRegistryContract.EncodeRegister(Input(port: 8000)), UInt256.Zero);
        Assert.False(result.IsSuccess);
        Assert.Contains("fund", result.Fault.Message, StringComparison.OrdinalIgnoreCase);
    }

    [SkippableFact]
    public async Task The_contract_agrees_on_the_longest_route()
    {
        chain.Require();
        byte[] call = new AbiCallWriter(AbiSignature.Selector("LIFETIME_MAX()"), words: 0).Finish();
        byte[] word = Ok(await chain.Provider.CallAsync(
            new CallRequest(chain.Registries.RouteRegistry, call), BlockId.Latest));
        Assert.Equal((UInt256)RouteRegistryContract.LifetimeSecondsMax, UInt256.FromBigEndian(word));
    }

    private static T Ok<T>(RpcResult<T> result)
    {
        Assert.True(result.IsSuccess, result.ToString());
        return result.Value;
    }

    private static NodeInput Input(ushort port)
    {
        using Wallet signer = Wallet.Create();
        using SealKey link = SealKey.Create();
        using SealKey seal = SealKey.Create();
        return new NodeInput(signer.Address, new Bytes32(link.PublicKey), new Bytes32(seal.PublicKey),
            NodeInput.PackIp(IPAddress.Parse("192.0.2.7")), port, (ushort)(port + 1), default, 0);
    }

    private async Task<NodeId> RegisterAsync(TransactionSender owner, NodeInput input)
    {
        TransactionReceipt receipt = await SendAsync(owner, NodeRegistryContract.EncodeRegister(input));
        Assert.True(Nodes.TryFindChange(receipt, out NodeId node));
        return node;
    }

    private async Task<NodeRecord> NodeAsync(NodeId node)
    {
        NodeRecord? record = Ok(await Nodes.GetNodeAsync(chain.Provider, node, BlockId.Latest));
        Assert.NotNull(record);
        return record.Value;
    }

    private async Task<TransactionReceipt> SendAsync(
        TransactionSender sender, byte[] data, UInt256 value = default) =>
        Ok(await sender.SendAsync(chain.Registries.NodeRegistry, data, value));

    private async Task<string> RefusalAsync(TransactionSender sender, byte[] data)
    {
        RpcResult<TransactionReceipt> result =
            await sender.SendAsync(chain.Registries.NodeRegistry, data, UInt256.Zero);
        Assert.Equal(RpcErrorKind.Reverted, result.Kind);
        return result.Fault.Message;
    }
}
