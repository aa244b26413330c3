using System.Security.Cryptography;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// The details of a snapshot's routes, left where they are. Each piece is checked whenever it is read: what
/// was right once may not be so for ever.
/// </summary>
/// <param name="source">The snapshot.</param>
/// <param name="section">Where in it they are.</param>
/// <param name="digests">Of all pieces of the snapshot.</param>
internal sealed class SnapshotDetails(ISnapshotSource source, SnapshotSection section, byte[] digests)
    : IRouteDetailStore
{
    /// <inheritdoc/>
    public int Count => section.Count;

    /// <inheritdoc/>
    public bool TryRead(int piece, Span<byte> records)
    {
        Span<byte> digest = stackalloc byte[SnapshotLayout.DigestSize];
        if (!source.TryRead(section.OffsetOf(piece), records))
            return false;
        SHA256.HashData(records, digest);
        int at = (section.FirstDigest + piece) * SnapshotLayout.DigestSize;
        return digest.SequenceEqual(digests.AsSpan(at, SnapshotLayout.DigestSize));
    }
}
