using Conet.Wire.Sealing;

namespace Conet.Client;

/// <summary>A prekey as a client keeps it beside its wallet.</summary>
/// <param name="Epoch">Epoch of the route that published it, from 1 up.</param>
/// <param name="Key">The key pair; whoever holds the list disposes it.</param>
/// <param name="CreatedMs">When it was made, Unix milliseconds.</param>
public sealed record StoredPrekey(uint Epoch, SealKey Key, ulong CreatedMs);
