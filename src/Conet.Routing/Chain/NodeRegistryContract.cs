using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// The NodeRegistry at one address: call data for each of its functions, and its views. What a provider
/// answers is checked for form only; the mirror is what proves it. Immutable, any thread. Source:
/// contracts/src/interfaces.
/// </summary>
/// <param name="registry">Address of the NodeRegistry.</param>
public sealed class NodeRegistryContract(Address registry)
{
    private const int InputWords = 8;
    private const string InputType = "(address,bytes32,bytes32,bytes16,uint16,uint16,bytes32,uint32)";

    private static readonly uint RegisterSelector = AbiSignature.Selector($"register({InputType})");
    private static readonly uint UpdateSelector = AbiSignature.Selector($"update(uint32,{InputType})");
    private static readonly uint SetStateSelector = AbiSignature.Selector("setState(uint32,uint8)");
    private static readonly uint AddBondSelector = AbiSignature.Selector("addBond(uint32)");
    private static readonly uint WithdrawBondSelector = AbiSignature.Selector("withdrawBond(uint32,address)");
    private static readonly uint TransferSelector = AbiSignature.Selector("transferOperator(uint32,address)");
    private static readonly uint NodeSelector = AbiSignature.Selector("node(uint32)");
    private static readonly uint NodeCountSelector = AbiSignature.Selector("nodeCount()");
    private static readonly uint NodeOfKeySelector = AbiSignature.Selector("nodeOfKey(bytes32)");
    private static readonly uint NodeOfSignerSelector = AbiSignature.Selector("nodeOfSigner(address)");
    private static readonly uint BondFreeAtSelector = AbiSignature.Selector("bondFreeAt(uint32)");
    private static readonly uint EventCountSelector = AbiSignature.Selector("eventCount()");
    private static readonly uint EventsHashSelector = AbiSignature.Selector("eventsHash()");

    /// <summary>Address of the NodeRegistry.</summary>
    public Address Registry { get; } = registry;

    /// <summary>Call data of register: the caller becomes the operator, wei sent along the bond.</summary>
    public static byte[] EncodeRegister(in NodeInput input)
    {
        AbiCallWriter writer = new(RegisterSelector, InputWords);
        Write(ref writer, input);
        return writer.Finish();
    }

    /// <summary>Call data of update.</summary>
    public static byte[] EncodeUpdate(NodeId node, in NodeInput input)
    {
        AbiCallWriter writer = new(UpdateSelector, 1 + InputWords);
        writer.Write(node.Value);
        Write(ref writer, input);
        return writer.Finish();
    }

    /// <summary>Call data of setState.</summary>
    public static byte[] EncodeSetState(NodeId node, NodeState state)
    {
        AbiCallWriter writer = new(SetStateSelector, words: 2);
        writer.Write(node.Value);
        writer.Write((ulong)state);
        return writer.Finish();
    }

    /// <summary>Call data of addBond; the wei are the transaction's value.</summary>
    public static byte[] EncodeAddBond(NodeId node) => EncodeOf(AddBondSelector, node);

    /// <summary>Call data of withdrawBond.</summary>
    public static byte[] EncodeWithdrawBond(NodeId node, Address to) =>
        EncodeOf(WithdrawBondSelector, node, to);

    /// <summary>Call data of transferOperator.</summary>
    public static byte[] EncodeTransferOperator(NodeId node, Address newOperator) =>
        EncodeOf(TransferSelector, node, newOperator);

    /// <summary>Call data of node.</summary>
    public static byte[] EncodeNode(NodeId node) => EncodeOf(NodeSelector, node);

    /// <summary>Call data of nodeCount.</summary>
    public static byte[] EncodeNodeCount() => new AbiCallWriter(NodeCountSelector, words: 0).Finish();

    /// <summary>Call data of nodeOfKey.</summary>
    public static byte[] EncodeNodeOfKey(in Bytes32 key)
    {
        AbiCallWriter writer = new(NodeOfKeySelector, words: 1);
        writer.Write(key);
        return writer.Finish();
    }

    /// <summary>Call data of nodeOfSigner.</summary>
    public static byte[] EncodeNodeOfSigner(Address signer)
    {
        AbiCallWriter writer = new(NodeOfSignerSelector, words: 1);
        writer.Write(signer);
        return writer.Finish();
    }

    /// <summary>Call data of bondFreeAt.</summary>
    public static byte[] EncodeBondFreeAt(NodeId node) => EncodeOf(BondFreeAtSelector, node);

    /// <summary>Call data of eventCount.</summary>
    public static byte[] EncodeEventCount() => new AbiCallWriter(EventCountSelector, words: 0).Finish();

    /// <summary>Call data of eventsHash.</summary>
    public static byte[] EncodeEventsHash() => new AbiCallWriter(EventsHashSelector, words: 0).Finish();

    /// <summary>The record of a node; null for an id that was never given out.</summary>
    public Task<RpcResult<NodeRecord?>> GetNodeAsync(
        IChainProvider provider, NodeId node, BlockId block, CancellationToken cancellation = default) =>
        ContractRead.CallAsync<NodeRecord?>(
            provider, Registry, EncodeNode(node), block, ReadNode, cancellation);

    /// <summary>The highest id given out; 0 before the first.</summary>
    public Task<RpcResult<uint>> GetNodeCountAsync(
        IChainProvider provider, BlockId block, CancellationToken cancellation = default) =>
        ContractRead.CallAsync<uint>(
            provider, Registry, EncodeNodeCount(), block, ContractRead.UInt32, cancellation);

    /// <summary>The node that uses or once used this X25519 key; null for none.</summary>
    public Task<RpcResult<NodeId?>> GetNodeOfKeyAsync(
        IChainProvider provider, Bytes32 key, BlockId block, CancellationToken cancellation = default) =>
        ContractRead.CallAsync<NodeId?>(
            provider, Registry, EncodeNodeOfKey(key), block, ContractRead.OptionalNode, cancellation);

    /// <summary>The node that uses or once used this signer; null for none.</summary>
    public Task<RpcResult<NodeId?>> GetNodeOfSignerAsync(
        IChainProvider provider, Address signer, BlockId block, CancellationToken cancellation = default) =>
        ContractRead.CallAsync<NodeId?>(
            provider, Registry, EncodeNodeOfSigner(signer), block, ContractRead.OptionalNode, cancellation);

    /// <summary>Unix seconds from which the bond can be withdrawn; 0 if the node is not retired.</summary>
    public Task<RpcResult<ulong>> GetBondFreeAtAsync(
        IChainProvider provider, NodeId node, BlockId block, CancellationToken cancellation = default) =>
        ContractRead.CallAsync<ulong>(
            provider, Registry, EncodeBondFreeAt(node), block, ContractRead.UInt64, cancellation);

    /// <summary>The sequence number of the last event; 0 before the first.</summary>
    public Task<RpcResult<ulong>> GetEventCountAsync(
        IChainProvider provider, BlockId block, CancellationToken cancellation = default) =>
        ContractRead.CallAsync<ulong>(
            provider, Registry, EncodeEventCount(), block, ContractRead.UInt64, cancellation);

    /// <summary>The rolling hash after the last event; zero before the first.</summary>
    public Task<RpcResult<Bytes32>> GetEventsHashAsync(
        IChainProvider provider, BlockId block, CancellationToken cancellation = default) =>
        ContractRead.CallAsync<Bytes32>(
            provider, Registry, EncodeEventsHash(), block, ContractRead.Hash, cancellation);

    /// <summary>
    /// The node that a transaction of ours registered or changed; false when the receipt names none.
    /// </summary>
    public bool TryFindChange(TransactionReceipt receipt, out NodeId node)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        node = default;
        foreach (LogEntry log in receipt.Logs)
        {
            bool isChange = log.Topics.Length == 2 && log.Topics[0] == NodeChanged.Topic;
            if (log.Address != Registry || !isChange) continue;
            if (!NodeChanged.TryDecode(log.Topics[1], log.Data, out NodeChanged? change, out _)) continue;
            node = change.NodeId;
            return true;
        }
        return false;
    }

    private static void Write(ref AbiCallWriter writer, in NodeInput input)
    {
        writer.Write(input.Signer);
        writer.Write(input.LinkKey);
        writer.Write(input.SealKey);
        writer.WriteBytes16(input.Ip);
        writer.Write((ulong)input.ClientPort);
        writer.Write((ulong)input.NodePort);
        writer.Write(input.DescriptorHash);
        writer.Write((ulong)input.DescriptorVersion);
    }

    private static byte[] EncodeOf(uint selector, NodeId node)
    {
        AbiCallWriter writer = new(selector, words: 1);
        writer.Write(node.Value);
        return writer.Finish();
    }

    private static byte[] EncodeOf(uint selector, NodeId node, Address account)
    {
        AbiCallWriter writer = new(selector, words: 2);
        writer.Write(node.Value);
        writer.Write(account);
        return writer.Finish();
    }

    private static bool ReadNode(ref AbiWordReader reader, out NodeRecord? value)
    {
        bool read = NodeRecord.TryRead(ref reader, out NodeRecord record);
        value = record.State == NodeState.None ? null : record;
        return read;
    }
}
