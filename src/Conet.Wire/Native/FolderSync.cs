using System.Runtime.InteropServices;

namespace Conet.Wire.Native;

/// <summary>
/// Makes a rename durable: on Unix the entries of a folder reach the disk when the folder itself is flushed,
/// for which .NET has no call. Elsewhere it does nothing.
/// </summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>Flushes a folder's entries.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = open(folder, ReadOnly);
        if (descriptor < 0)
            Throw(folder);
        try
        {
            if (fsync(descriptor) != 0)
                Throw(folder);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static void Throw(string folder) =>
        throw new IOException($"{folder} cannot be flushed: error {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
