using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// The RouteRegistry at one address: call data for each of its functions, and its views. What a provider
/// answers is checked for form only; the mirror is what proves it. Immutable, any thread. Source:
/// contracts/src/interfaces.
/// </summary>
/// <param name="registry">Address of the RouteRegistry.</param>
public sealed class RouteRegistryContract(Address registry)
{
    /// <summary>The longest that a route may last, in seconds: LIFETIME_MAX of the contract.</summary>
    public const ulong LifetimeSecondsMax = 2UL * 365 * 24 * 3600;

    private const int SetWords = 4, SetForWords = 7, ClearForWords = 3;

    private static readonly uint SetSelector = AbiSignature.Selector("set(bytes32,uint256,bytes32,bytes32)");
    private static readonly uint SetForSelector =
        AbiSignature.Selector("setFor(address,bytes32,uint256,bytes32,bytes32,uint256,bytes)");
    private static readonly uint ClearSelector = AbiSignature.Selector("clear()");
    private static readonly uint ClearForSelector = AbiSignature.Selector("clearFor(address,uint256,bytes)");
    private static readonly uint RouteSelector = AbiSignature.Selector("route(address)");
    private static readonly uint NoncesSelector = AbiSignature.Selector("nonces(address)");
    private static readonly uint EventCountSelector = AbiSignature.Selector("eventCount()");
    private static readonly uint EventsHashSelector = AbiSignature.Selector("eventsHash()");

    /// <summary>Address of the RouteRegistry.</summary>
    public Address Registry { get; } = registry;

    /// <summary>Call data of set: the caller's own route.</summary>
    public static byte[] EncodeSet(in Bytes32 prekey, in PackedRoute route, in CompactSignature signature)
    {
        AbiCallWriter writer = new(SetSelector, SetWords);
        writer.Write(prekey);
        writer.Write(route.ToUInt256());
        writer.Write(signature.R);
        writer.Write(signature.Vs);
        return writer.Finish();
    }

    /// <summary>Call data of setFor: the route of another wallet, on its authorization.</summary>
    /// <param name="wallet">Whose route.</param>
    /// <param name="prekey">X25519 public key.</param>
    /// <param name="route">The packed word.</param>
    /// <param name="signature">The wallet's route signature.</param>
    /// <param name="deadlineUnixSeconds">Deadline that the authorization covers.</param>
    /// <param name="authorization">r, s, v of the wallet over SetRoute, or what its code accepts.</param>
    public static byte[] EncodeSetFor(
        Address wallet,
        in Bytes32 prekey,
        in PackedRoute route,
        in CompactSignature signature,
        in UInt256 deadlineUnixSeconds,
        ReadOnlySpan<byte> authorization)
    {
        AbiCallWriter writer = new(SetForSelector, SetForWords, authorization.Length);
        writer.Write(wallet);
        writer.Write(prekey);
        writer.Write(route.ToUInt256());
        writer.Write(signature.R);
        writer.Write(signature.Vs);
        writer.Write(deadlineUnixSeconds);
        writer.WriteTail(authorization);
        return writer.Finish();
    }

    /// <summary>Call data of clear: the caller's own route.</summary>
    public static byte[] EncodeClear() => new AbiCallWriter(ClearSelector, words: 0).Finish();

    /// <summary>Call data of clearFor: the route of another wallet, on its authorization.</summary>
    public static byte[] EncodeClearFor(
        Address wallet, in UInt256 deadlineUnixSeconds, ReadOnlySpan<byte> authorization)
    {
        AbiCallWriter writer = new(ClearForSelector, ClearForWords, authorization.Length);
        writer.Write(wallet);
        writer.Write(deadlineUnixSeconds);
        writer.WriteTail(authorization);
        return writer.Finish();
    }

    /// <summary>Call data of route.</summary>
    public static byte[] EncodeRoute(Address wallet) => EncodeOf(RouteSelector, wallet);

    /// <summary>Call data of nonces.</summary>
    public static byte[] EncodeNonces(Address wallet) => EncodeOf(NoncesSelector, wallet);

    /// <summary>Call data of eventCount.</summary>
    public static byte[] EncodeEventCount() => new AbiCallWriter(EventCountSelector, words: 0).Finish();

    /// <summary>Call data of eventsHash.</summary>
    public static byte[] EncodeEventsHash() => new AbiCallWriter(EventsHashSelector, words: 0).Finish();

    /// <summary>
    /// The record of a wallet: live, expired or cleared; epoch 0 when it never set a route.
    /// </summary>
    public Task<RpcResult<RouteRecord>> GetRouteAsync(
        IChainProvider provider, Address wallet, BlockId block, CancellationToken cancellation = default) =>
        ContractRead.CallAsync<RouteRecord>(
            provider, Registry, EncodeRoute(wallet), block, ReadRoute, cancellation);

    /// <summary>The nonce that the wallet's next authorization must carry.</summary>
    public Task<RpcResult<UInt256>> GetNonceAsync(
        IChainProvider provider, Address wallet, BlockId block, CancellationToken cancellation = default) =>
        ContractRead.CallAsync<UInt256>(
            provider, Registry, EncodeNonces(wallet), block, ContractRead.UInt256, cancellation);

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

    private static byte[] EncodeOf(uint selector, Address wallet)
    {
        AbiCallWriter writer = new(selector, words: 1);
        writer.Write(wallet);
        return writer.Finish();
    }

    private static bool ReadRoute(ref AbiWordReader reader, out RouteRecord value)
    {
        value = default;
        bool read = reader.TryReadBytes32(out Bytes32 prekey) & reader.TryReadUInt256(out UInt256 packed);
        if (!read) return false;
        return RouteRecord.TryParse(prekey, packed, out value, out _) || reader.Fail(AbiError.BadValue);
    }
}
