namespace Conet.Routing.Mirror;

/// <summary>The bytes of a snapshot: a file, or memory. Any thread.</summary>
internal interface ISnapshotSource
{
    /// <summary>Bytes when it was opened.</summary>
    long Length { get; }

    /// <summary>Reads a part. False if not all of it can be read.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="destination">Receives it.</param>
    bool TryRead(long offset, Span<byte> destination);
}
