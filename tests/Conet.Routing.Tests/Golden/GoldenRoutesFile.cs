using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Tests.Golden;

namespace Conet.Routing.Tests.Golden;

/// <summary>Writes routes.json. The fields are named in tests/vectors/README.md.</summary>
internal static class GoldenRoutesFile
{
    private const uint Seed = 5000;

    public static IReadOnlyList<GoldenRoute> Routes { get; } =
    [
        new("one home", Seed, [1]),
        new("two homes", Seed + 1, [7, 1]) { Epoch = 2, Flags = 1 },
        new("three homes", Seed + 2, [3, 2, 1]) { Epoch = 77, Flags = 0x8001 },
        new("every field at its end", Seed + 3, [uint.MaxValue, uint.MaxValue - 1, 1])
        {
            Epoch = uint.MaxValue, Expiry = ulong.MaxValue, Flags = ushort.MaxValue,
        },
        new("every field at its beginning", Seed + 4, [1]) { Epoch = 1, Expiry = 1 },
        new("the main network", Seed + 5, [256, 65_536]) { ChainId = 1 },
        new("the largest chain id", Seed + 6, [2]) { ChainId = ulong.MaxValue },
        new("another wallet", Seed + 7, [1, 2, 3]),
    ];

    private static readonly (ulong Nonce, ulong Deadline)[] _authorizations =
        [(0, 1_900_000_000), (1, 0), (ulong.MaxValue, ulong.MaxValue)];

    /// <summary>Words that the registry does not take, each with one thing wrong.</summary>
    public static IEnumerable<(PackedRouteError Reason, UInt256 Word)> RefusedWords()
    {
        UInt256 good = Routes[2].Packed.ToUInt256();
        yield return (
            PackedRouteError.ReservedBits, new UInt256(good.High | ((UInt128)1 << (216 - 128)), good.Low));
        yield return (PackedRouteError.ReservedBits, new UInt256(good.High | ((UInt128)1 << 127), good.Low));
        yield return (PackedRouteError.NoHome, Low(good, 0, 32, 0));
        yield return (PackedRouteError.HomeGap, Low(good, 32, 32, 0));
        yield return (PackedRouteError.HomeRepeated, Low(good, 32, 32, 3));
        yield return (PackedRouteError.HomeRepeated, Low(good, 64, 32, 3));
        yield return (PackedRouteError.HomeRepeated, Low(good, 64, 32, 2));
        yield return (PackedRouteError.UnknownSuite, Low(good, 96, 8, 0));
        yield return (PackedRouteError.UnknownSuite, Low(good, 96, 8, 2));
        yield return (
            PackedRouteError.NoEpoch, new UInt256((good.High >> 8) << 8, Low(good, 104, 24, 0).Low));
        yield return (
            PackedRouteError.NoExpiry, new UInt256(good.High & ~((((UInt128)1 << 64) - 1) << 8), good.Low));
    }

    /// <summary>Signatures that are not the wallet's over its route.</summary>
    public static IEnumerable<(string Name, GoldenRoute Route, Address Wallet, CompactSignature Signature)>
        RefusedSignatures()
    {
        GoldenRoute route = Routes[2];
        CompactSignature good = route.Signature;
        yield return ("unsigned", route, route.Wallet, default);
        yield return ("of another wallet", route, Routes[0].Wallet, good);
        yield return ("of another route", route with { Epoch = 78 }, route.Wallet, good);
        yield return ("of another network", route with { ChainId = 1 }, route.Wallet, good);
        yield return ("the other parity", route, route.Wallet, good with { Vs = Flip(good.Vs, 0x80) });
        yield return ("r altered", route, route.Wallet, good with { R = Flip(good.R, 0x01) });
        yield return ("n - s in place of s", route, route.Wallet, Mirrored(good));
    }

    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.List("routes", Routes, route => WriteRoute(json, route));
        WriteAuthorizations(json);
        json.List("refusedWords", RefusedWords(), refused =>
        {
            string reason = refused.Reason.ToString();
            json.WriteString("reason", char.ToLowerInvariant(reason[0]) + reason[1..]);
            json.Hex("packed", refused.Word.ToBytes32().ToArray());
        });
        json.List("refusedSignatures", RefusedSignatures(), refused =>
        {
            json.WriteString("name", refused.Name);
            WriteFields(json, refused.Route, refused.Wallet);
            json.Hex("r", refused.Signature.R.ToArray());
            json.Hex("vs", refused.Signature.Vs.ToArray());
        });
        GoldenEvents.Write(json);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, GoldenRoute route, in Address wallet)
    {
        json.Decimal("chainId", route.ChainId);
        json.Hex("registry", Convert.FromHexString(GoldenRoute.Registry.ToHex().AsSpan(2)));
        json.Hex("wallet", Convert.FromHexString(wallet.ToHex().AsSpan(2)));
        json.Hex("prekey", route.Prekey.ToArray());
        json.WriteStartArray("homes");
        foreach (uint home in route.Homes)
            json.WriteNumberValue(home);
        json.WriteEndArray();
        json.WriteNumber("suite", PackedRoute.SuitePlain);
        json.WriteNumber("epoch", route.Epoch);
        json.Decimal("expiry", route.Expiry);
        json.WriteNumber("flags", route.Flags);
    }

    private static void WriteRoute(Utf8JsonWriter json, GoldenRoute route)
    {
        CompactSignature signature = route.Signature;
        byte[] full = new byte[CompactSignature.FullSize];
        signature.WriteFull(full);
        json.WriteString("name", route.Name);
        json.WriteNumber("seed", route.SeedValue);
        json.Hex("walletSecret", route.WalletSecret);
        json.Hex("prekeySecret", route.PrekeySecret);
        WriteFields(json, route, route.Wallet);
        json.Hex("packed", route.Packed.ToUInt256().ToBytes32().ToArray());
        json.Hex("domainSeparator", route.TypedData.DomainSeparator.ToArray());
        Bytes32 digest = route.TypedData.Digest(route.Wallet, route.Prekey, route.Packed);
        WriteStruct(json, route, digest,
        [
            .. Word(route.Wallet), .. route.Prekey.ToArray(),
            .. Enumerable.Range(0, 3).SelectMany(i => Word(i < route.Homes.Length ? route.Homes[i] : 0UL)),
            .. Word(PackedRoute.SuitePlain), .. Word(route.Epoch), .. Word(route.Expiry),
            .. Word(route.Flags),
        ], RouteTypedData.RouteType);
        json.Hex("signature", full);
        json.Hex("r", signature.R.ToArray());
        json.Hex("vs", signature.Vs.ToArray());
    }

    private static void WriteAuthorizations(Utf8JsonWriter json)
    {
        GoldenRoute route = Routes[1];
        json.List(
            "authorizations", _authorizations.SelectMany(it => new[] { (it, true), (it, false) }), item =>
        {
            ((ulong nonce, ulong deadline), bool isSet) = item;
            UInt256 packed = route.Packed.ToUInt256();
            using Wallet wallet = route.Import();
            json.WriteString("type", isSet ? "SetRoute" : "ClearRoute");
            json.Decimal("chainId", route.ChainId);
            json.Hex("registry", Convert.FromHexString(GoldenRoute.Registry.ToHex().AsSpan(2)));
            json.Hex("walletSecret", route.WalletSecret);
            json.Hex("wallet", Convert.FromHexString(wallet.Address.ToHex().AsSpan(2)));
            json.HexOrNull("prekey", isSet ? route.Prekey.ToArray() : null);
            json.HexOrNull("packed", isSet ? packed.ToBytes32().ToArray() : null);
            json.Decimal("nonce", nonce);
            json.Decimal("deadline", deadline);
            byte[] what = isSet ? [.. route.Prekey.ToArray(), .. packed.ToBytes32().ToArray()] : [];
            WriteStruct(
                json,
                route,
                isSet
                    ? route.TypedData.SetRouteDigest(wallet.Address, route.Prekey, packed, nonce, deadline)
                    : route.TypedData.ClearRouteDigest(wallet.Address, nonce, deadline),
                [.. Word(wallet.Address), .. what, .. Word(nonce), .. Word(deadline)],
                isSet ? RouteTypedData.SetRouteType : RouteTypedData.ClearRouteType);
            json.Hex("signature", isSet
                ? route.TypedData.SignSetRoute(wallet, route.Prekey, packed, nonce, deadline)
                : route.TypedData.SignClearRoute(wallet, nonce, deadline));
        });
    }

    /// <summary>
    /// The struct hash, spelled out word by word, and the digest of the code under test, which must agree.
    /// </summary>
    private static void WriteStruct(
        Utf8JsonWriter json, GoldenRoute route, in Bytes32 digest, byte[] words, string type)
    {
        byte[] structHash = Keccak256.Hash(
            [.. Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(type)), .. words]);
        byte[] spelled = Keccak256.Hash(
            [0x19, 0x01, .. route.TypedData.DomainSeparator.ToArray(), .. structHash]);
        Assert.Equal(spelled, digest.ToArray());
        json.Hex("structHash", structHash);
        json.Hex("digest", spelled);
    }

    private static byte[] Word(in Address address) =>
        [.. new byte[12], .. Convert.FromHexString(address.ToHex().AsSpan(2))];

    private static byte[] Word(ulong value) => ((UInt256)value).ToBytes32().ToArray();

    /// <summary>The word with other bits in its lower half.</summary>
    private static UInt256 Low(in UInt256 word, int shift, int bits, uint value)
    {
        UInt128 mask = (((UInt128)1 << bits) - 1) << shift;
        return new UInt256(word.High, (word.Low & ~mask) | ((UInt128)value << shift));
    }

    private static Bytes32 Flip(in Bytes32 word, byte bits)
    {
        byte[] bytes = word.ToArray();
        bytes[0] ^= bits;
        return new Bytes32(bytes);
    }

    /// <summary>n - s with the other parity: the same signature to a verifier that does not look.</summary>
    private static CompactSignature Mirrored(in CompactSignature signature)
    {
        byte[] order = Convert.FromHexString(
            "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
        byte[] full = new byte[CompactSignature.FullSize];
        signature.WriteFull(full);
        System.Numerics.BigInteger s = new(full.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        System.Numerics.BigInteger n = new(order, isUnsigned: true, isBigEndian: true);
        byte[] high = (n - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        return new CompactSignature(signature.R, new Bytes32(high));
    }
}
