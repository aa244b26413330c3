using Conet.Client;
using Conet.Wire.Sealing;

namespace Conet.Host.Commands;

/// <summary>
/// The prekeys a wallet keeps on this machine, newest first, whatever network they were published on. Gives
/// the one to publish next, and never lets go of the one that is in force. Owns the keys; dispose it to wipe
/// them.
/// </summary>
internal sealed class PrekeyRing(IEnumerable<StoredPrekey> prekeys) : IDisposable
{
    private const int KeptMax = ClientLimits.PrekeysStoredMax;
    private const ulong RetryMs = 10 * 60 * 1000;

    private readonly List<StoredPrekey> _prekeys = [.. prekeys];

    /// <summary>Newest first, at most as many as a file holds, epochs falling.</summary>
    public IReadOnlyList<StoredPrekey> Prekeys => _prekeys;

    /// <summary>True if this machine can open what is sealed to that key.</summary>
    public bool Has(ReadOnlySpan<byte> publicKey) => IndexOf(publicKey) >= 0;

    /// <summary>
    /// The prekey to publish: a fresh one, or the newest if it was made a moment ago and is not in force, so
    /// that an attempt that failed half-way is taken up again.
    /// </summary>
    /// <param name="inForce">Public key of the route in force, or empty.</param>
    /// <param name="chainEpoch">Epoch of the wallet's route on this chain, 0 for none.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public StoredPrekey Next(ReadOnlySpan<byte> inForce, uint chainEpoch, ulong nowMs)
    {
        if (_prekeys.Count > 0
            && !_prekeys[0].Key.PublicKey.SequenceEqual(inForce)
            && nowMs >= _prekeys[0].CreatedMs
            && nowMs - _prekeys[0].CreatedMs < RetryMs
            && _prekeys[0].Epoch > chainEpoch)
        {
            return _prekeys[0];
        }

        // Another network's epochs may be ahead of this one's: the order in the file is what counts.
        uint newest = _prekeys.Count > 0 ? _prekeys[0].Epoch : 0;
        StoredPrekey fresh = new(Math.Max(newest, chainEpoch) + 1, SealKey.Create(), nowMs);
        _prekeys.Insert(0, fresh);
        while (_prekeys.Count > KeptMax)
        {
            int last = _prekeys.Count - 1;
            int oldest = IndexOf(inForce) == last ? last - 1 : last;
            _prekeys[oldest].Key.Dispose();
            _prekeys.RemoveAt(oldest);
        }

        return fresh;
    }

    /// <summary>The keys that open what is sealed to a route: its own first, then the newest other.</summary>
    public IReadOnlyList<SealKey> KeysFor(ReadOnlySpan<byte> inForce)
    {
        int own = IndexOf(inForce);
        List<SealKey> keys = own < 0 ? [] : [_prekeys[own].Key];
        for (int i = 0; i < _prekeys.Count && keys.Count < 2; i++)
        {
            if (i != own)
                keys.Add(_prekeys[i].Key);
        }

        return keys;
    }

    public void Dispose()
    {
        foreach (StoredPrekey prekey in _prekeys)
            prekey.Key.Dispose();
    }

    private int IndexOf(ReadOnlySpan<byte> publicKey)
    {
        for (int i = 0; i < _prekeys.Count; i++)
        {
            if (_prekeys[i].Key.PublicKey.SequenceEqual(publicKey))
                return i;
        }

        return -1;
    }
}
