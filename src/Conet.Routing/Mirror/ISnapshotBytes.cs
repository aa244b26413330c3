namespace Conet.Routing.Mirror;

/// <summary>The bytes of a shared snapshot, wherever they lie. Any thread.</summary>
internal interface ISnapshotBytes : IDisposable
{
    /// <summary>How many there are.</summary>
    long Length { get; }

    /// <summary>
    /// Reads exactly as many as the buffer takes; false if they are not there. Never throws.
    /// </summary>
    bool TryRead(long offset, Span<byte> buffer);
}
