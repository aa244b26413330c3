namespace Conet.Host.Node;

/// <summary>
/// The mirrored routing table as <see cref="NodeRoutes{THomes}"/> needs it: destinations in, home nodes
/// out, a batch at a time. Implemented by structs, so that no interface call happens per cell.
/// Wait-free, allocates nothing.
/// </summary>
public interface IHomeLookup
{
    /// <summary>Finds the homes of each destination by longest prefix.</summary>
    /// <param name="cells">The buffer the cells lie in.</param>
    /// <param name="offsets">Where each cell begins; its destination is the 20 bytes from there.</param>
    /// <param name="homes">
    /// Receives for each cell <see cref="HostLimits.HomesPerRoute"/> node ids in the route's order, 0 where
    /// there is none; exactly that many times as long as <paramref name="offsets"/>.
    /// </param>
    void Find(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> homes);
}
