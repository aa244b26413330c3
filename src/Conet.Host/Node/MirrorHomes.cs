using Conet.Routing.Mirror;

namespace Conet.Host.Node;

/// <summary>
/// The mirror's last good table as the forwarder asks it. A struct of one reference: copy it freely.
/// </summary>
/// <param name="mirror">Whose table it is.</param>
public readonly struct MirrorHomes(MirrorRunner mirror) : IHomeLookup
{
    /// <inheritdoc/>
    public void Find(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> homes) =>
        mirror.Table.FindHomes(cells, offsets, homes);
}
