using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Client;

/// <summary>How a <see cref="ThinDirectory"/> looks routes up. Immutable.</summary>
public sealed record ThinOptions
{
    /// <summary>The network.</summary>
    public required NetworkId Network { get; init; }

    /// <summary>Nodes that may be used and asked; from the node registry.</summary>
    public required IReadOnlyList<NodeInfo> Nodes { get; init; }

    /// <summary>What says which block is canonical.</summary>
    public required IHeaderSource Headers { get; init; }

    /// <summary>
    /// Most bits of an address that are ever named, whatever nodes say of the size of their tables: 0 to 32.
    /// </summary>
    public int BitsMax { get; init; } = ClientLimits.BucketBitsUsual;

    /// <summary>Oldest block that is believed, seconds.</summary>
    public ulong AgeSecondsMax { get; init; } = ClientLimits.BucketAgeSecondsUsual;

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
