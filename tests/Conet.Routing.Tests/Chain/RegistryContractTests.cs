using System.Buffers.Binary;
using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Chain;

public sealed class RegistryContractTests
{
    private static readonly NodeId _node = new(7);
    private static readonly NodeInput _input = new(default, default, default, 1, 2, 3, default, 4);

    // What the interfaces inherit or the mirror does not need: constants, and the domain of ERC-5267.
    private static readonly string[] _notEncoded = ["BOND_DELAY", "LIFETIME_MAX", "eip712Domain"];

    private static readonly Dictionary<string, byte[]> _nodeCalls = new()
    {
        ["register"] = NodeRegistryContract.EncodeRegister(_input),
        ["update"] = NodeRegistryContract.EncodeUpdate(_node, _input),
        ["setState"] = NodeRegistryContract.EncodeSetState(_node, NodeState.Draining),
        ["addBond"] = NodeRegistryContract.EncodeAddBond(_node),
        ["withdrawBond"] = NodeRegistryContract.EncodeWithdrawBond(_node, default),
        ["transferOperator"] = NodeRegistryContract.EncodeTransferOperator(_node, default),
        ["node"] = NodeRegistryContract.EncodeNode(_node),
        ["nodeCount"] = NodeRegistryContract.EncodeNodeCount(),
        ["nodeOfKey"] = NodeRegistryContract.EncodeNodeOfKey(default),
        ["nodeOfSigner"] = NodeRegistryContract.EncodeNodeOfSigner(default),
        ["bondFreeAt"] = NodeRegistryContract.EncodeBondFreeAt(_node),
        ["eventCount"] = NodeRegistryContract.EncodeEventCount(),
        ["eventsHash"] = NodeRegistryContract.EncodeEventsHash(),
    };

    private static readonly Dictionary<string, byte[]> _routeCalls = new()
    {
        ["set"] = RouteRegistryContract.EncodeSet(default, default, default),
        ["setFor"] = RouteRegistryContract.EncodeSetFor(default, default, default, default, 1, []),
        ["clear"] = RouteRegistryContract.EncodeClear(),
        ["clearFor"] = RouteRegistryContract.EncodeClearFor(default, 1, []),
        ["route"] = RouteRegistryContract.EncodeRoute(default),
        ["nonces"] = RouteRegistryContract.EncodeNonces(default),
        ["eventCount"] = RouteRegistryContract.EncodeEventCount(),
        ["eventsHash"] = RouteRegistryContract.EncodeEventsHash(),
    };

    [Theory]
    [InlineData("NodeRegistry")]
    [InlineData("RouteRegistry")]
    public void Every_function_of_the_contract_has_its_selector(string contract)
    {
        Dictionary<string, byte[]> calls = contract == "NodeRegistry" ? _nodeCalls : _routeCalls;
        Dictionary<string, string> declared = ReadAbi(contract, "function")
            .Where(f => !_notEncoded.Contains(f.Name)).ToDictionary(f => f.Name, f => f.Signature);
        Assert.Equal(declared.Keys.Order(), calls.Keys.Order());
        Assert.All(calls, call => Assert.Equal(
            AbiSignature.Selector(declared[call.Key]), BinaryPrimitives.ReadUInt32BigEndian(call.Value)));
    }

    [Fact]
    public void Every_error_of_the_contracts_has_a_name()
    {
        string[] declared =
        [
            .. ReadAbi("NodeRegistry", "error").Concat(ReadAbi("RouteRegistry", "error"))
                .Select(e => e.Signature)
                .Concat(["Error(string)", "Panic(uint256)"]).Distinct().Order(),
        ];
        Assert.Equal(declared, RevertReason.Signatures.Order());
    }

    [Theory]
    [InlineData("", "no reason given")]
    [InlineData("0x0102", "0x0102")]
    [InlineData("0x01020304aa", "unknown error 0x01020304")]
    [InlineData("NodeUnknown(uint32)", "NodeUnknown()")]
    [InlineData("BondZero()", "BondZero()")]
    public void Revert_data_is_put_into_words(string data, string words)
    {
        byte[] bytes = data.Contains('(', StringComparison.Ordinal)
            ? new AbiCallWriter(AbiSignature.Selector(data), words: 0).Finish()
            : data.Length == 0 ? [] : Convert.FromHexString(data.AsSpan(2));
        Assert.Equal(words, RevertReason.Describe(bytes));
    }

    [Fact]
    public void Words_about_a_revert_carry_its_arguments()
    {
        Assert.True(Address.TryParseHex("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", out Address caller));
        AbiCallWriter writer = new(AbiSignature.Selector("NotOperator(uint32,address)"), words: 2);
        writer.Write(7);
        writer.Write(caller);
        Assert.Equal($"NotOperator(7, {caller})", RevertReason.Describe(writer.Finish()));
    }

    [Fact]
    public void Any_revert_data_is_put_into_words() => RegistryCases.Hold(random =>
    {
        byte[] data = RegistryCases.Bytes(random, random.Next(200));
        if (data.Length >= 4 && random.Next(4) > 0)
        {
            string signature = RevertReason.Signatures[random.Next(RevertReason.Signatures.Length)];
            BinaryPrimitives.WriteUInt32BigEndian(data, AbiSignature.Selector(signature));
            data.AsSpan(4, Math.Min(28, data.Length - 4)).Clear();
        }
        RpcFault fault = RevertReason.Name(
            new RpcFault(RpcErrorKind.Rejected, "execution reverted", 3, data));
        return fault.Kind == RpcErrorKind.Reverted && fault.Message.Length <= ChainLimits.ErrorTextMax;
    });

    [Fact]
    public void Call_data_is_what_the_general_encoder_writes() => RegistryCases.Hold(random =>
    {
        NodeInput input = Input(random);
        AbiValue.Sequence tuple = new(
        [
            new AbiValue.Account(input.Signer), Blob(input.LinkKey), Blob(input.SealKey),
            new AbiValue.Blob(BytesOf(input.Ip)), Number(input.ClientPort), Number(input.NodePort),
            Blob(input.DescriptorHash), Number(input.DescriptorVersion),
        ]);
        const string type = "(address,bytes32,bytes32,bytes16,uint16,uint16,bytes32,uint32)";
        NodeId node = new((uint)random.NextInt64(uint.MaxValue));
        byte[] slowUpdate = Encode($"(uint32,{type})", Number(node.Value), tuple);
        byte[] slowRegister = Encode($"({type})", tuple);

        PackedRoute route = Route(random);
        byte[] authorization = RegistryCases.Bytes(random, random.Next(100));
        CompactSignature signature = new(Word(random), Word(random));
        Address wallet = new(RegistryCases.Bytes(random, Address.Size));
        UInt256 deadline = Word(random).ToUInt256();
        byte[] slowSetFor = Encode("(address,bytes32,uint256,bytes32,bytes32,uint256,bytes)",
            new AbiValue.Account(wallet), Blob(input.LinkKey),
            new AbiValue.Number(route.ToUInt256().ToBigInteger()), Blob(signature.R), Blob(signature.Vs),
            new AbiValue.Number(deadline.ToBigInteger()), new AbiValue.Blob(authorization));
        byte[] slowClearFor = Encode("(address,uint256,bytes)", new AbiValue.Account(wallet),
            new AbiValue.Number(deadline.ToBigInteger()), new AbiValue.Blob(authorization));

        return slowUpdate.AsSpan().SequenceEqual(NodeRegistryContract.EncodeUpdate(node, input).AsSpan(4))
            && slowRegister.AsSpan().SequenceEqual(NodeRegistryContract.EncodeRegister(input).AsSpan(4))
            && slowSetFor.AsSpan().SequenceEqual(RouteRegistryContract.EncodeSetFor(
                wallet, input.LinkKey, route, signature, deadline, authorization).AsSpan(4))
            && slowClearFor.AsSpan().SequenceEqual(
                RouteRegistryContract.EncodeClearFor(wallet, deadline, authorization).AsSpan(4));
    }, cases: 2000);

    [Fact]
    public void Any_answer_to_a_view_is_read_or_refused() => RegistryCases.Hold(random =>
    {
        int size = random.Next(3) == 0 ? random.Next(500) : 32 * random.Next(12);
        byte[] answer = RegistryCases.Bytes(random, size);
        if (random.Next(2) == 0)
        {
            for (int i = 0; i + 32 <= answer.Length; i += 32) answer.AsSpan(i, 30).Clear();
        }
        RegistryPretender provider = new() { Call = RpcResult<byte[]>.Ok(answer) };
        NodeRegistryContract nodes = new(default);
        RouteRegistryContract routes = new(default);
        return IsWhole(nodes.GetNodeAsync(provider, _node, BlockId.Latest), 11)
            && IsWhole(nodes.GetNodeCountAsync(provider, BlockId.Latest), 1)
            && IsWhole(nodes.GetNodeOfKeyAsync(provider, default, BlockId.Latest), 1)
            && IsWhole(nodes.GetBondFreeAtAsync(provider, _node, BlockId.Latest), 1)
            && IsWhole(nodes.GetEventsHashAsync(provider, BlockId.Latest), 1)
            && IsWhole(routes.GetRouteAsync(provider, default, BlockId.Latest), 2)
            && IsWhole(routes.GetNonceAsync(provider, default, BlockId.Latest), 1);

        bool IsWhole<T>(Task<RpcResult<T>> reading, int words) => reading.Result.IsSuccess
            ? answer.Length == 32 * words
            : reading.Result.Kind == RpcErrorKind.Malformed;
    });

    private static IEnumerable<(string Name, string Signature)> ReadAbi(string contract, string kind)
    {
        using JsonDocument artifact = JsonDocument.Parse(RegistryChain.ReadArtifact(contract));
        List<(string, string)> found = [];
        foreach (JsonElement entry in artifact.RootElement.GetProperty("abi").EnumerateArray())
        {
            if (entry.GetProperty("type").GetString() != kind) continue;
            string name = entry.GetProperty("name").GetString()!;
            IEnumerable<string> inputs = entry.GetProperty("inputs").EnumerateArray().Select(TypeOf);
            found.Add((name, $"{name}({string.Join(',', inputs)})"));
        }
        return found;
    }

    private static string TypeOf(JsonElement input)
    {
        string type = input.GetProperty("type").GetString()!;
        return type == "tuple"
            ? $"({string.Join(',', input.GetProperty("components").EnumerateArray().Select(TypeOf))})"
            : type;
    }

    private static NodeInput Input(Random random) => new(
        new Address(RegistryCases.Bytes(random, Address.Size)), Word(random), Word(random),
        BinaryPrimitives.ReadUInt128BigEndian(RegistryCases.Bytes(random, 16)),
        (ushort)random.Next(65_536), (ushort)random.Next(65_536),
        Word(random), (uint)random.NextInt64(uint.MaxValue));

    private static PackedRoute Route(Random random)
    {
        Assert.True(PackedRoute.TryCreate(
            new NodeId(1), new NodeId(2), new NodeId(3), PackedRoute.SuitePlain,
            (uint)random.Next(1, int.MaxValue), (ulong)random.NextInt64(1, long.MaxValue),
            (ushort)random.Next(65_536), out PackedRoute route, out _));
        return route;
    }

    private static Bytes32 Word(Random random) => new(RegistryCases.Bytes(random, Bytes32.Size));

    private static AbiValue.Number Number(ulong value) => new(value);

    private static AbiValue.Blob Blob(Bytes32 value) => new(value.ToArray());

    private static byte[] BytesOf(UInt128 value)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Encode(string tuple, params AbiValue[] values) =>
        AbiEncoder.Encode(AbiType.Parse(tuple), values);
}
