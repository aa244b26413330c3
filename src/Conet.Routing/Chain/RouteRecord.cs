namespace Conet.Routing.Chain;

/// <summary>
/// The route of a wallet as the RouteRegistry stores it: live, or cleared with its epoch kept.
/// </summary>
public readonly record struct RouteRecord
{
    private RouteRecord(Bytes32 prekey, PackedRoute packed, uint epoch)
    {
        Prekey = prekey;
        Packed = packed;
        Epoch = epoch;
    }

    /// <summary>X25519 public key to seal first contacts to; zero when cleared.</summary>
    public Bytes32 Prekey { get; }

    /// <summary>Homes, suite, expiry; default when cleared.</summary>
    public PackedRoute Packed { get; }

    /// <summary>The last epoch that the wallet set; 0 when it never set a route.</summary>
    public uint Epoch { get; }

    /// <summary>True when there is a route at all.</summary>
    public bool IsLive => Packed.HomeCount > 0;

    /// <summary>A live route.</summary>
    /// <exception cref="ArgumentException">The prekey is zero, or the route is default.</exception>
    public static RouteRecord Live(in Bytes32 prekey, in PackedRoute packed)
    {
        if (prekey.IsZero || packed.HomeCount == 0)
            throw new ArgumentException("A live route has key and homes.");
        return new RouteRecord(prekey, packed, packed.Epoch);
    }

    /// <summary>A cleared route that keeps <paramref name="epoch"/>.</summary>
    public static RouteRecord Cleared(uint epoch) => new(default, default, epoch);

    /// <summary>Reads the two words of the contract.</summary>
    public static bool TryParse(
        in Bytes32 prekey, in UInt256 packed, out RouteRecord record, out PackedRouteError error)
    {
        record = default;
        error = PackedRouteError.None;
        if (prekey.IsZero && PackedRoute.IsClearedWord(packed, out uint epoch))
        {
            record = Cleared(epoch);
            return true;
        }
        if (!PackedRoute.TryParse(packed, out PackedRoute route, out error)) return false;
        record = new RouteRecord(prekey, route, route.Epoch);
        return true;
    }

    /// <summary>The second word of the contract.</summary>
    public UInt256 ToPackedWord() => IsLive ? Packed.ToUInt256() : PackedRoute.ClearedWord(Epoch);
}
