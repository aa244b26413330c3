using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Nonces of wallets whose route is still the one in an earlier snapshot: whatever raises a nonce changes the
/// route too. Asked in the order of the wallets. One thread.
/// </summary>
internal sealed class SharedNonces(SharedSnapshotReader? reader)
{
    private readonly SharedSnapshotBlock _block = new();
    private int _index;
    private int _next;

    /// <summary>The nonce of a wallet, if the earlier snapshot has it.</summary>
    /// <param name="wallet">Greater than the one asked before.</param>
    /// <param name="route">The route it has now.</param>
    /// <param name="nonce">Its nonce.</param>
    public bool TryFind(in Address wallet, in RouteRecord route, out ulong nonce)
    {
        nonce = 0;
        while (TryPeek(out ReadOnlySpan<byte> record))
        {
            Address at = new(record[..Address.Size]);
            if (at > wallet)
                return false;
            _next++;
            if (at != wallet)
                continue;
            nonce = SharedRoute.ReadNonce(record);
            return SharedRoute.ReadPrekey(record) == route.Prekey
                && SharedRoute.ReadPacked(record).ToUInt256() == route.ToPackedWord();
        }

        return false;
    }

    private bool TryPeek(out ReadOnlySpan<byte> record)
    {
        record = default;
        if (reader is null)
            return false;
        if (_next == _block.Count)
        {
            // What cannot be read is asked of the chain instead.
            if (_index >= reader.Blocks(SharedSnapshotPart.Routes)
                || reader.TryRead(SharedSnapshotPart.Routes, _index, _block) != SharedSnapshotProblem.None)
                return false;
            _index++;
            _next = 0;
        }

        record = _block[_next];
        return true;
    }
}
