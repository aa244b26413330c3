namespace Conet.Bench.Routing;

/// <summary>What was measured of one structure under one load.</summary>
internal sealed record RoutingRow
{
    /// <summary><c>trie</c>, <c>flat</c>, <c>c-ref</c>, <c>dictionary</c> or <c>frozen</c>.</summary>
    public required string Structure { get; init; }

    /// <summary>Whole addresses in it.</summary>
    public required long Routes { get; init; }

    /// <summary>
    /// <c>hits</c>, <c>prefix</c> (1 % have no route of their own) or <c>crowd</c> (40 bits shared).
    /// </summary>
    public required string Load { get; init; }

    /// <summary>Whether look-ups overlap.</summary>
    public required bool IsBatched { get; init; }

    /// <summary>Rate of each round.</summary>
    public required IReadOnlyList<double> Rates { get; init; }

    /// <summary>Memory that a look-up may read. Bytes.</summary>
    public required double BytesPerRoute { get; init; }

    /// <summary>The same and what it takes to change it. Bytes.</summary>
    public required double BytesPerRouteInAll { get; init; }

    /// <summary>Managed memory allocated by all look-ups. Bytes.</summary>
    public required long BytesAllocated { get; init; }
}
