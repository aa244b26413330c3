using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Anvil;

/// <summary>
/// Both registries on an anvil chain: calls that change them, and their storage as eth_call tells it.
/// </summary>
internal sealed class TestRegistries
{
    private const string NodeInputType = "(address,bytes32,bytes32,bytes16,uint16,uint16,bytes32,uint32)";
    private static readonly Address _deployer = new([.. Enumerable.Repeat((byte)0xD0, Address.Size)]);

    private readonly AnvilProcess _anvil;

    private TestRegistries(AnvilProcess anvil, MirrorOptions options)
    {
        _anvil = anvil;
        Options = options;
        TypedData = new RouteTypedData(options.ChainId, options.RouteRegistry);
    }

    public MirrorOptions Options { get; }

    public RouteTypedData TypedData { get; }

    public static async Task<TestRegistries> DeployAsync(
        AnvilProcess anvil, ulong chainId = AnvilProcess.DefaultChainId)
    {
        BlockHeader before = await anvil.HeadAsync();
        foreach (string name in (string[])["NodeRegistry", "RouteRegistry"])
            await SendAsync(anvil, _deployer, null, ReadCode(name));
        await anvil.MineAsync();
        MirrorOptions options = new(
            chainId, ContractAddress.Create(_deployer, 0), ContractAddress.Create(_deployer, 1),
            before.Number + 1);
        TestRegistries registries = new(anvil, options);
        Assert.Equal(default, await registries.ReadPositionAsync(options.NodeRegistry));
        Assert.Equal(default, await registries.ReadPositionAsync(options.RouteRegistry));
        return registries;
    }

    public Task RegisterAsync(in Address owner, in NodeInput input) =>
        SendAsync(_anvil, owner, Options.NodeRegistry, Call($"register({NodeInputType})", null, input));

    public Task UpdateAsync(in Address owner, uint nodeId, in NodeInput input) =>
        SendAsync(
            _anvil, owner, Options.NodeRegistry, Call($"update(uint32,{NodeInputType})", nodeId, input));

    public Task SetStateAsync(in Address owner, uint nodeId, NodeState state)
    {
        AbiCallWriter writer = new(AbiSignature.Selector("setState(uint32,uint8)"), 2);
        writer.Write((UInt256)(ulong)nodeId);
        writer.Write((UInt256)(ulong)state);
        return SendAsync(_anvil, owner, Options.NodeRegistry, writer.Finish());
    }

    public Task SetAsync(Wallet wallet, in Bytes32 prekey, in PackedRoute route)
    {
        CompactSignature signature = TypedData.SignRoute(wallet, prekey, route);
        AbiCallWriter writer = new(AbiSignature.Selector("set(bytes32,uint256,bytes32,bytes32)"), 4);
        writer.Write(prekey);
        writer.Write(route.ToUInt256());
        writer.Write(signature.R);
        writer.Write(signature.Vs);
        return SendAsync(_anvil, wallet.Address, Options.RouteRegistry, writer.Finish());
    }

    public async Task SetForAsync(Address relayer, Wallet wallet, Bytes32 prekey, PackedRoute route)
    {
        UInt256 nonce = UInt256.FromBigEndian(await ReadAsync(
            Options.RouteRegistry, Call("nonces(address)", wallet.Address)));
        byte[] authorization = TypedData.SignSetRoute(
            wallet, prekey, route.ToUInt256(), nonce, UInt256.MaxValue);
        await SendAsync(_anvil, relayer, Options.RouteRegistry, Encode());

        byte[] Encode()
        {
            CompactSignature signature = TypedData.SignRoute(wallet, prekey, route);
            AbiCallWriter writer = new(
                AbiSignature.Selector("setFor(address,bytes32,uint256,bytes32,bytes32,uint256,bytes)"), 7,
                authorization.Length);
            writer.Write(wallet.Address);
            writer.Write(prekey);
            writer.Write(route.ToUInt256());
            writer.Write(signature.R);
            writer.Write(signature.Vs);
            writer.Write(UInt256.MaxValue);
            writer.WriteTail(authorization);
            return writer.Finish();
        }
    }

    public Task ClearAsync(in Address wallet) =>
        SendAsync(_anvil, wallet, Options.RouteRegistry, new AbiCallWriter(
            AbiSignature.Selector("clear()"), 0).Finish());

    /// <summary>How far the events go, from storage.</summary>
    public async Task<RegistryPosition> ReadPositionAsync(Address registry)
    {
        byte[] count = await ReadAsync(registry, RegistryCalls.EventCount(registry).Data.ToArray());
        byte[] hash = await ReadAsync(registry, RegistryCalls.EventsHash(registry).Data.ToArray());
        Assert.True(RegistryCalls.TryReadPosition(count, hash, out RegistryPosition position));
        return position;
    }

    public async Task<RouteRecord> ReadRouteAsync(Address wallet)
    {
        byte[] words = await ReadAsync(Options.RouteRegistry, Call("route(address)", wallet));
        Bytes32 prekey = new(words.AsSpan(0, 32));
        Assert.True(RouteRecord.TryParse(
            prekey, UInt256.FromBigEndian(words.AsSpan(32)), out RouteRecord record,
            out PackedRouteError error), $"{error}");
        return record;
    }

    public async Task<NodeRecord[]> ReadNodesAsync()
    {
        AbiCallWriter countCall = new(AbiSignature.Selector("nodeCount()"), 0);
        byte[] count = await ReadAsync(Options.NodeRegistry, countCall.Finish());
        NodeRecord[] nodes = new NodeRecord[(int)UInt256.FromBigEndian(count).Low];
        for (int i = 0; i < nodes.Length; i++)
        {
            byte[] record = await ReadAsync(Options.NodeRegistry, Call("node(uint32)", (uint)i + 1));
            Assert.True(NodeRecord.TryDecode(record, out nodes[i], out AbiError error), $"{error}");
        }

        return nodes;
    }

    private static byte[] ReadCode(string contract)
    {
        string folder = AnvilProcess.RepositoryFolder("contracts")!;
        using JsonDocument artifact = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(folder, "artifacts", contract + ".json")));
        return Vectors.Bytes(artifact.RootElement.Text("bytecode"));
    }

    private static async Task SendAsync(AnvilProcess anvil, Address from, Address? to, byte[] data)
    {
        string recipient = to is { } address ? $"\"to\":\"{address.ToHex()}\"," : "";
        string transaction =
            $"{{\"from\":\"{from.ToHex()}\",{recipient}\"gas\":\"0x4c4b40\",\"gasPrice\":\"0x0\","
            + $"\"data\":\"{HexText.Format(data)}\"}}";
        await anvil.CallAsync("eth_sendTransaction", $"[{transaction}]");
    }

    private async Task<byte[]> ReadAsync(Address registry, byte[] data)
    {
        RpcResult<byte[]> answer = await _anvil.Rpc.CallAsync(
            new CallRequest(registry, data), BlockId.Latest);
        Assert.True(answer.IsSuccess, answer.ToString());
        return answer.Value;
    }

    private static byte[] Call(string signature, uint number)
    {
        AbiCallWriter writer = new(AbiSignature.Selector(signature), 1);
        writer.Write((UInt256)(ulong)number);
        return writer.Finish();
    }

    private static byte[] Call(string signature, in Address address)
    {
        AbiCallWriter writer = new(AbiSignature.Selector(signature), 1);
        writer.Write(address);
        return writer.Finish();
    }

    private static byte[] Call(string signature, uint? nodeId, in NodeInput input)
    {
        AbiCallWriter writer = new(AbiSignature.Selector(signature), nodeId is null ? 8 : 9);
        if (nodeId is { } id)
            writer.Write((UInt256)(ulong)id);
        writer.Write(input.Signer);
        writer.Write(input.LinkKey);
        writer.Write(input.SealKey);
        writer.WriteBytes16(input.Ip);
        writer.Write((UInt256)(ulong)input.ClientPort);
        writer.Write((UInt256)(ulong)input.NodePort);
        writer.Write(input.DescriptorHash);
        writer.Write((UInt256)(ulong)input.DescriptorVersion);
        return writer.Finish();
    }
}
