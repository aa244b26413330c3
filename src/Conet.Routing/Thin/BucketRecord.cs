using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Thin;

/// <summary>One route of a bucket.</summary>
/// <param name="Wallet">Whose.</param>
/// <param name="Route">Its record: never a cleared one.</param>
/// <param name="Signature">The wallet's own signature; zero for an unsigned one.</param>
public readonly record struct BucketRecord(Address Wallet, RouteRecord Route, CompactSignature Signature)
{
    /// <summary>Where the registry keeps a wallet's prekey and packed word.</summary>
    internal static (Bytes32 Prekey, Bytes32 Packed) SlotsOf(in Address wallet)
    {
        Bytes32 prekey = RegistrySlots.Route(wallet);
        return (prekey, RegistrySlots.After(prekey, 1));
    }
}
