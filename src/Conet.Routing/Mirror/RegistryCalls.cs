using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>The two calls by which a registry says how far its events go.</summary>
internal static class RegistryCalls
{
    private static readonly byte[] _eventCount = Keccak256.Hash("eventCount()"u8)[..4];
    private static readonly byte[] _eventsHash = Keccak256.Hash("eventsHash()"u8)[..4];

    public static CallRequest EventCount(in Address registry) => new(To: registry, Data: _eventCount);

    public static CallRequest EventsHash(in Address registry) => new(To: registry, Data: _eventsHash);

    /// <summary>False unless both are one word and the count fits 64 bits.</summary>
    public static bool TryReadPosition(
        ReadOnlySpan<byte> count, ReadOnlySpan<byte> hash, out RegistryPosition position)
    {
        position = default;
        if (count.Length != Bytes32.Size || hash.Length != Bytes32.Size)
            return false;
        if (!UInt256.FromBigEndian(count).TryToUInt64(out ulong number))
            return false;
        position = new RegistryPosition(number, new Bytes32(hash));
        return true;
    }
}
