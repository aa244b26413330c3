using Microsoft.Win32.SafeHandles;

namespace Conet.Routing.Mirror;

/// <summary>
/// A snapshot file held open: what was opened stays readable when another file takes its place. Read by
/// plain reads, so that a file that is cut, or a disk that fails, is an answer and not a signal. Closed when
/// nobody holds a table that was read from it.
/// </summary>
internal sealed class SnapshotHandle : ISnapshotSource, IDisposable
{
    private readonly SafeFileHandle _file;

    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be opened, or is no plain file.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public SnapshotHandle(string path)
    {
        _file = File.OpenHandle(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            FileOptions.RandomAccess);
        Length = RandomAccess.GetLength(_file);
    }

    /// <inheritdoc/>
    public long Length { get; }

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int read = RandomAccess.Read(_file, destination, offset);
                if (read == 0)
                    return false;
                destination = destination[read..];
                offset += read;
            }

            return true;
        }
        catch (Exception fault) when (
            fault is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Closes the file at once.</summary>
    public void Dispose() => _file.Dispose();
}
