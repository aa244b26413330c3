using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// The three EIP-712 types of the RouteRegistry, encoded without allocation: Route (carried in the event,
/// verifiable for ever), SetRoute and ClearRoute (authorizations for a relayer, with nonce and deadline).
/// Bound to one chain and one registry. Immutable, thread-safe.
/// </summary>
public sealed class RouteTypedData
{
    /// <summary>Type of a route signature.</summary>
    public const string RouteType =
        "Route(address wallet,bytes32 prekey,uint32 home0,uint32 home1,uint32 home2,"
        + "uint8 suite,uint32 epoch,uint64 expiry,uint16 flags)";

    /// <summary>Type of the authorization to set a route.</summary>
    public const string SetRouteType =
        "SetRoute(address wallet,bytes32 prekey,uint256 packed,uint256 nonce,uint256 deadline)";

    /// <summary>Type of the authorization to clear a route.</summary>
    public const string ClearRouteType = "ClearRoute(address wallet,uint256 nonce,uint256 deadline)";

    /// <summary>Name in the domain of both registries.</summary>
    public const string DomainName = "Conet";

    /// <summary>Version in the domain of both registries.</summary>
    public const string DomainVersion = "1";

    private const int Word = AbiType.WordSize;
    private const int RouteWords = 10, SetRouteWords = 6, ClearRouteWords = 4;

    private static readonly Bytes32 RouteTypeHash = AbiSignature.Hash(RouteType);
    private static readonly Bytes32 SetRouteTypeHash = AbiSignature.Hash(SetRouteType);
    private static readonly Bytes32 ClearRouteTypeHash = AbiSignature.Hash(ClearRouteType);

    /// <summary>
    /// Types for the RouteRegistry at <paramref name="registry"/> on chain <paramref name="chainId"/>.
    /// </summary>
    public RouteTypedData(ulong chainId, in Address registry)
    {
        ChainId = chainId;
        Registry = registry;
        DomainSeparator = new TypedDataDomain(DomainName, DomainVersion, chainId, registry).Separator();
    }

    /// <summary>EIP-155 chain id.</summary>
    public ulong ChainId { get; }

    /// <summary>The RouteRegistry.</summary>
    public Address Registry { get; }

    /// <summary>The EIP-712 domain separator.</summary>
    public Bytes32 DomainSeparator { get; }

    /// <summary>Digest of a route signature.</summary>
    public Bytes32 Digest(in Address wallet, in Bytes32 prekey, in PackedRoute route)
    {
        WordWriter words = new(stackalloc byte[RouteWords * Word]);
        words.Write(RouteTypeHash);
        words.Write(wallet);
        words.Write(prekey);
        words.Write(route.Home0.Value);
        words.Write(route.Home1.Value);
        words.Write(route.Home2.Value);
        words.Write(route.Suite);
        words.Write(route.Epoch);
        words.Write(route.ExpiresUnixSeconds);
        words.Write(route.Flags);
        return TypedDataSchema.Digest(DomainSeparator, words.Hash());
    }

    /// <summary>Digest of the authorization to set a route.</summary>
    /// <param name="wallet">Wallet that authorizes.</param>
    /// <param name="prekey">Prekey of the route.</param>
    /// <param name="packed">Packed word of the route.</param>
    /// <param name="nonce">The wallet's nonce in the registry.</param>
    /// <param name="deadlineUnixSeconds">Last block time at which it may be used.</param>
    public Bytes32 SetRouteDigest(
        in Address wallet, in Bytes32 prekey, in UInt256 packed, in UInt256 nonce,
        in UInt256 deadlineUnixSeconds)
    {
        WordWriter words = new(stackalloc byte[SetRouteWords * Word]);
        words.Write(SetRouteTypeHash);
        words.Write(wallet);
        words.Write(prekey);
        words.Write(packed);
        words.Write(nonce);
        words.Write(deadlineUnixSeconds);
        return TypedDataSchema.Digest(DomainSeparator, words.Hash());
    }

    /// <summary>Digest of the authorization to clear a route.</summary>
    public Bytes32 ClearRouteDigest(in Address wallet, in UInt256 nonce, in UInt256 deadlineUnixSeconds)
    {
        WordWriter words = new(stackalloc byte[ClearRouteWords * Word]);
        words.Write(ClearRouteTypeHash);
        words.Write(wallet);
        words.Write(nonce);
        words.Write(deadlineUnixSeconds);
        return TypedDataSchema.Digest(DomainSeparator, words.Hash());
    }

    /// <summary>Signs a route of <paramref name="wallet"/> itself.</summary>
    public CompactSignature SignRoute(Wallet wallet, in Bytes32 prekey, in PackedRoute route)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        return Sign(wallet, Digest(wallet.Address, prekey, route));
    }

    /// <summary>Signs the authorization for a relayer to set a route: 65 bytes r | s | v.</summary>
    public byte[] SignSetRoute(
        Wallet wallet, in Bytes32 prekey, in UInt256 packed, in UInt256 nonce, in UInt256 deadlineUnixSeconds)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        return SignFull(wallet, SetRouteDigest(wallet.Address, prekey, packed, nonce, deadlineUnixSeconds));
    }

    /// <summary>Signs the authorization for a relayer to clear the route: 65 bytes r | s | v.</summary>
    public byte[] SignClearRoute(Wallet wallet, in UInt256 nonce, in UInt256 deadlineUnixSeconds)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        return SignFull(wallet, ClearRouteDigest(wallet.Address, nonce, deadlineUnixSeconds));
    }

    /// <summary>
    /// True when <paramref name="signature"/> is the signature of <paramref name="wallet"/> over exactly this
    /// route on this chain and registry. Unsigned, high-s and out-of-range signatures are false.
    /// </summary>
    public bool VerifyRoute(
        in Address wallet, in Bytes32 prekey, in PackedRoute route, in CompactSignature signature)
    {
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        Digest(wallet, prekey, route).CopyTo(digest);
        return !signature.IsUnsigned && signature.TryRecover(digest, out Address signer) && signer == wallet;
    }

    /// <summary>
    /// True when a live route in an event is signed by its wallet. False for cleared routes and for contract
    /// wallets, which the event carries unsigned.
    /// </summary>
    public bool Verify(RouteChanged change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return change.Route.IsLive
            && VerifyRoute(change.Wallet, change.Route.Prekey, change.Route.Packed, change.Signature);
    }

    private static CompactSignature Sign(Wallet wallet, in Bytes32 digest)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        digest.CopyTo(bytes);
        return CompactSignature.Sign(wallet, bytes);
    }

    private static byte[] SignFull(Wallet wallet, in Bytes32 digest)
    {
        byte[] signature = new byte[CompactSignature.FullSize];
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        digest.CopyTo(bytes);
        wallet.Sign(bytes, signature);
        return signature;
    }

    private ref struct WordWriter(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;
        private int _at;

        public void Write(in Bytes32 value) => value.CopyTo(Next());

        public void Write(in UInt256 value) => value.WriteBigEndian(Next());

        public void Write(ulong value) => ((UInt256)value).WriteBigEndian(Next());

        public void Write(in Address value)
        {
            Span<byte> word = Next();
            word.Clear();
            value.CopyTo(word[(Word - Address.Size)..]);
        }

        public readonly Bytes32 Hash() => MerklePatricia.Hash(_buffer);

        private Span<byte> Next()
        {
            Span<byte> word = _buffer.Slice(_at, Word);
            _at += Word;
            return word;
        }
    }
}
