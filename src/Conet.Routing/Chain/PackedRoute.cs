using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// The packed word of a live route: what of it is not the prekey. Always one that the
/// RouteRegistry accepts as far as form goes; expiry against block time and the order of epochs
/// are judged by the contract and the mirror.
/// </summary>
/// <remarks>
/// Bit 0 is the least significant of the uint256:
/// <code>
/// 0       32      64      96     104     136        200     216         256
/// +-------+-------+-------+------+-------+----------+-------+-----------+
/// | home0 | home1 | home2 | suite| epoch | expiry   | flags | zero      |
/// +-------+-------+-------+------+-------+----------+-------+-----------+
/// </code>
/// </remarks>
public readonly record struct PackedRoute
{
    /// <summary>Suite 1: HPKE with the encapsulated key as it is.</summary>
    public const byte SuitePlain = 1;

    private const int Home1Bit = 32, Home2Bit = Home1Bit + 32, SuiteBit = Home2Bit + 32,
        EpochBit = SuiteBit + 8;
    private const int ExpiryBit = EpochBit + 32, FlagsBit = ExpiryBit + 64, ReservedBit = FlagsBit + 16;
    private const int HighBit = 128;

    private PackedRoute(
        NodeId home0, NodeId home1, NodeId home2, byte suite, uint epoch, ulong expiresUnixSeconds,
        ushort flags)
    {
        Home0 = home0;
        Home1 = home1;
        Home2 = home2;
        Suite = suite;
        Epoch = epoch;
        ExpiresUnixSeconds = expiresUnixSeconds;
        Flags = flags;
    }

    /// <summary>First home node; never 0 in a valid route.</summary>
    public NodeId Home0 { get; }

    /// <summary>Second home node, or 0.</summary>
    public NodeId Home1 { get; }

    /// <summary>Third home node, or 0.</summary>
    public NodeId Home2 { get; }

    /// <summary>How to seal to the prekey: 1 = plain encapsulated key.</summary>
    public byte Suite { get; }

    /// <summary>Grows with every route that the wallet ever sets.</summary>
    public uint Epoch { get; }

    /// <summary>Unix seconds after which the route is dead.</summary>
    public ulong ExpiresUnixSeconds { get; }

    /// <summary>Bits without meaning yet; kept as they are.</summary>
    public ushort Flags { get; }

    /// <summary>Number of homes: 1 to 3.</summary>
    public int HomeCount => Home0.Value == 0 ? 0 : Home1.Value == 0 ? 1 : Home2.Value == 0 ? 2 : 3;

    /// <summary>Builds a route word after checking its form.</summary>
    public static bool TryCreate(
        NodeId home0, NodeId home1, NodeId home2, byte suite, uint epoch, ulong expiresUnixSeconds,
        ushort flags,
        out PackedRoute route, out PackedRouteError error)
    {
        route = default;
        error = Check(home0.Value, home1.Value, home2.Value, suite, epoch, expiresUnixSeconds);
        if (error != PackedRouteError.None) return false;
        route = new PackedRoute(home0, home1, home2, suite, epoch, expiresUnixSeconds, flags);
        return true;
    }

    /// <summary>
    /// Reads a word as the contract stores it; false with the reason when it is not a valid live route.
    /// </summary>
    public static bool TryParse(in UInt256 packed, out PackedRoute route, out PackedRouteError error)
    {
        route = default;
        error = PackedRouteError.ReservedBits;
        if (packed.High >> (ReservedBit - HighBit) != 0) return false;
        // The expiry and the epoch lie across or near the middle; shifting the halves
        // together keeps this simple.
        UInt128 fromEpoch = (packed.High << (HighBit - EpochBit)) | (packed.Low >> EpochBit);
        uint epoch = (uint)fromEpoch;
        ulong expiry = (ulong)(fromEpoch >> (ExpiryBit - EpochBit));
        ushort flags = (ushort)(packed.High >> (FlagsBit - HighBit));
        return TryCreate(
            new NodeId((uint)packed.Low),
            new NodeId((uint)(packed.Low >> Home1Bit)),
            new NodeId((uint)(packed.Low >> Home2Bit)),
            (byte)(packed.Low >> SuiteBit),
            epoch, expiry, flags, out route, out error);
    }

    /// <summary>The word as the contract stores it.</summary>
    public UInt256 ToUInt256()
    {
        UInt128 fromEpoch = Epoch | ((UInt128)ExpiresUnixSeconds << (ExpiryBit - EpochBit));
        UInt128 low = Home0.Value | ((UInt128)Home1.Value << Home1Bit) | ((UInt128)Home2.Value << Home2Bit)
            | ((UInt128)Suite << SuiteBit) | (fromEpoch << EpochBit);
        UInt128 high = (fromEpoch >> (HighBit - EpochBit)) | ((UInt128)Flags << (FlagsBit - HighBit));
        return new UInt256(high, low);
    }

    /// <summary>The word of a cleared route: nothing but the epoch.</summary>
    public static UInt256 ClearedWord(uint epoch) => (UInt256)((UInt128)epoch << EpochBit);

    /// <summary>True when a word is that of a cleared or never set route; gives the epoch it keeps.</summary>
    public static bool IsClearedWord(in UInt256 packed, out uint epoch)
    {
        epoch = (uint)((packed.High << (HighBit - EpochBit)) | (packed.Low >> EpochBit));
        return packed == ClearedWord(epoch);
    }

    private static PackedRouteError Check(
        uint home0, uint home1, uint home2, byte suite, uint epoch, ulong expiry)
    {
        if (home0 == 0) return PackedRouteError.NoHome;
        if (home1 == 0 && home2 != 0) return PackedRouteError.HomeGap;
        if (home0 == home1 || home0 == home2 || (home1 != 0 && home1 == home2))
            return PackedRouteError.HomeRepeated;
        if (suite != SuitePlain) return PackedRouteError.UnknownSuite;
        if (epoch == 0) return PackedRouteError.NoEpoch;
        return expiry == 0 ? PackedRouteError.NoExpiry : PackedRouteError.None;
    }
}
