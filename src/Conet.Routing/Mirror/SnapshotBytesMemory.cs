namespace Conet.Routing.Mirror;

/// <summary>Bytes in memory.</summary>
internal sealed class SnapshotBytesMemory(byte[] bytes) : ISnapshotBytes
{
    /// <inheritdoc/>
    public long Length => bytes.Length;

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset > bytes.Length - buffer.Length)
            return false;
        bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
