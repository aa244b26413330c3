using Microsoft.Win32.SafeHandles;

namespace Conet.Routing.Mirror;

/// <summary>Bytes of a file, which may be replaced by another of the same name meanwhile.</summary>
internal sealed class SnapshotBytesFile : ISnapshotBytes
{
    private readonly SafeFileHandle _file;

    private SnapshotBytesFile(SafeFileHandle file)
    {
        _file = file;
        Length = RandomAccess.GetLength(file);
    }

    /// <inheritdoc/>
    public long Length { get; }

    /// <summary>Opens a file; null if it cannot be read.</summary>
    public static SnapshotBytesFile? TryOpen(string path)
    {
        try
        {
            return new SnapshotBytesFile(File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete,
                FileOptions.SequentialScan));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                int read = RandomAccess.Read(_file, buffer, offset);
                if (read == 0)
                    return false;
                buffer = buffer[read..];
                offset += read;
            }

            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
