using System.Diagnostics.CodeAnalysis;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>
/// What a wallet without coins hands to a relayer, who pays: leave to set exactly one route, or to clear the
/// wallet's route, once, until a deadline. It always carries the wallet's own signatures, checked. It is no
/// secret, but whoever has it may use it. Immutable. Source: docs/SPEC.md, section 11.2.
/// </summary>
public sealed class RouteAuthorization
{
    private readonly byte[] _signature;

    private RouteAuthorization(
        RouteTypedData types, Address wallet, ulong nonce, ulong deadlineUnixSeconds, byte[] signature)
    {
        ChainId = types.ChainId;
        Registry = types.Registry;
        Wallet = wallet;
        Nonce = nonce;
        DeadlineUnixSeconds = deadlineUnixSeconds;
        _signature = signature;
    }

    /// <summary>EIP-155 chain id.</summary>
    public ulong ChainId { get; }

    /// <summary>The RouteRegistry that it is for.</summary>
    public Address Registry { get; }

    /// <summary>Whose route.</summary>
    public Address Wallet { get; }

    /// <summary>The wallet's nonce in the registry; the authorization dies when another is used.</summary>
    public ulong Nonce { get; }

    /// <summary>Last block time at which it may be used.</summary>
    public ulong DeadlineUnixSeconds { get; }

    /// <summary>The route to set; null to clear.</summary>
    public RouteRecord? Route { get; private init; }

    /// <summary>The wallet's signature over the route; unsigned to clear.</summary>
    public CompactSignature RouteSignature { get; private init; }

    /// <summary>The wallet's signature over SetRoute or ClearRoute: r, s, v, 65 bytes.</summary>
    public ReadOnlySpan<byte> Signature => _signature;

    /// <summary>Signs leave to set a route.</summary>
    /// <exception cref="ArgumentException">The route is not live.</exception>
    public static RouteAuthorization Set(
        RouteTypedData types, Wallet wallet, in RouteRecord route, ulong nonce, ulong deadlineUnixSeconds)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(wallet);
        if (!route.IsLive) throw new ArgumentException("A cleared route is not set.", nameof(route));
        byte[] signature = types.SignSetRoute(
            wallet, route.Prekey, route.ToPackedWord(), nonce, deadlineUnixSeconds);
        return new RouteAuthorization(types, wallet.Address, nonce, deadlineUnixSeconds, signature)
        {
            Route = route,
            RouteSignature = types.SignRoute(wallet, route.Prekey, route.Packed),
        };
    }

    /// <summary>Signs leave to clear the wallet's route.</summary>
    public static RouteAuthorization Clear(
        RouteTypedData types, Wallet wallet, ulong nonce, ulong deadlineUnixSeconds)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(wallet);
        byte[] signature = types.SignClearRoute(wallet, nonce, deadlineUnixSeconds);
        return new RouteAuthorization(types, wallet.Address, nonce, deadlineUnixSeconds, signature);
    }

    /// <summary>One JSON object, for <see cref="TryParse"/>.</summary>
    public string ToJson() => RouteAuthorizationJson.Write(this);

    /// <summary>
    /// Reads an authorization and checks both signatures, so that what is read was made by the wallet it
    /// names. Never throws on bad bytes.
    /// </summary>
    /// <param name="json">At most <see cref="ClientLimits.AuthorizationBytesMax"/> of UTF-8.</param>
    /// <param name="authorization">The authorization.</param>
    /// <param name="error">Why not, in one line; empty on success.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> json,
        [NotNullWhen(true)] out RouteAuthorization? authorization,
        out string error) =>
        RouteAuthorizationJson.TryRead(json, out authorization, out error);

    /// <summary>The call data for the registry.</summary>
    public byte[] ToCallData() => Route is { } route
        ? RouteRegistryContract.EncodeSetFor(
            Wallet, route.Prekey, route.Packed, RouteSignature, DeadlineUnixSeconds, _signature)
        : RouteRegistryContract.EncodeClearFor(Wallet, DeadlineUnixSeconds, _signature);

    /// <summary>Puts fields together that somebody else sent; false unless the wallet signed them.</summary>
    internal static bool TryCreate(
        RouteTypedData types,
        Address wallet,
        ulong nonce,
        ulong deadlineUnixSeconds,
        RouteRecord? route,
        CompactSignature routeSignature,
        byte[] signature,
        [NotNullWhen(true)] out RouteAuthorization? authorization)
    {
        authorization = null;
        if (route is { } set && !types.VerifyRoute(wallet, set.Prekey, set.Packed, routeSignature))
            return false;
        Bytes32 digest = route is { } live
            ? types.SetRouteDigest(wallet, live.Prekey, live.ToPackedWord(), nonce, deadlineUnixSeconds)
            : types.ClearRouteDigest(wallet, nonce, deadlineUnixSeconds);
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        digest.CopyTo(bytes);
        if (!Wire.Addresses.Wallet.TryRecover(bytes, signature, out Address signer) || signer != wallet)
            return false;
        authorization = new RouteAuthorization(types, wallet, nonce, deadlineUnixSeconds, signature)
        {
            Route = route,
            RouteSignature = routeSignature,
        };
        return true;
    }
}
