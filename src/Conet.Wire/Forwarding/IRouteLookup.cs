namespace Conet.Wire.Forwarding;

/// <summary>
/// The route table as the forwarder sees it: destinations in, next hops out, a batch at a time. Implemented
/// by structs that hold a snapshot, and used as a generic parameter, so that no interface call happens per
/// cell.
/// </summary>
public interface IRouteLookup
{
    /// <summary>
    /// Resolves destinations. Takes no lock, allocates nothing, keeps no reference; safe on many threads at
    /// once.
    /// </summary>
    /// <param name="cells">The buffer the cells lie in.</param>
    /// <param name="offsets">Where each cell begins; its destination is the 20 bytes from there.</param>
    /// <param name="hops">
    /// At least as long as <paramref name="offsets"/>. Receives per cell the index of a next hop (0 or more),
    /// or one of <see cref="NoHop"/>.
    /// </param>
    void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops);
}
