namespace Conet.Routing.Mirror;

/// <summary>A snapshot in memory.</summary>
/// <param name="bytes">Not changed while a table that was read from it is in use.</param>
internal sealed class SnapshotMemory(byte[] bytes) : ISnapshotSource
{
    /// <inheritdoc/>
    public long Length => bytes.Length;

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> destination)
    {
        if (offset > bytes.Length - destination.Length)
            return false;
        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }
}
