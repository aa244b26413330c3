using Conet.Routing.Tables;
using Conet.Wire.Native;

namespace Conet.Routing.Mirror;

/// <summary>
/// A node's own copy of the table, to start from. Trusted only under the node's own key: a file of another
/// node, another chain or another version, a truncated or altered one, is refused with a reason. Written
/// beside and renamed, so that a crash leaves the old file whole. Source: <see cref="SnapshotLayout"/>.
/// </summary>
public static class SnapshotFile
{
    /// <summary>Bytes of the key.</summary>
    public const int KeySize = 32;

    private const string BesideSuffix = ".tmp";
    private const int BufferSize = 1 << 20;

    /// <summary>Encodes a snapshot; for small ones.</summary>
    /// <param name="snapshot">What to write.</param>
    /// <param name="options">Chain and registries it belongs to.</param>
    /// <param name="key">32 secret bytes of this node.</param>
    public static byte[] Encode(MirrorSnapshot snapshot, MirrorOptions options, ReadOnlySpan<byte> key)
    {
        SnapshotWriter writer = new(snapshot);
        using MemoryStream stream = new(checked((int)writer.Size));
        writer.WriteTo(stream, options, key);
        return stream.ToArray();
    }

    /// <summary>
    /// Writes a snapshot atomically and durably, a piece at a time: who reads the path finds the old file or
    /// the new one, also after a crash or a loss of power.
    /// </summary>
    /// <exception cref="IOException">
    /// The disk is full, the folder is gone, another process writes the file, or the table came from a file
    /// that is damaged; the old file is as it was.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written; the same.</exception>
    public static void Write(
        string path, MirrorSnapshot snapshot, MirrorOptions options, ReadOnlySpan<byte> key)
    {
        string beside = path + BesideSuffix;
        SnapshotWriter writer = new(snapshot);
        FileStreamOptions how = new()
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = BufferSize,
            PreallocationSize = writer.Size, // a full disk is found before anything is written
        };
        FileStream file = new(beside, how);
        try
        {
            using (file)
            {
                writer.WriteTo(file, options, key);
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }

        FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>About how many bytes the file of a table has.</summary>
    public static long EstimateSize(RouteTable table) =>
        new SnapshotPlan(table.Nodes.Count, 0, table.Routes.Count, table.Routes.Count).Size;

    /// <summary>
    /// Removes what a write that was killed left beside the file. Nobody may be writing it.
    /// </summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void RemoveLeftovers(string path) => File.Delete(path + BesideSuffix);

    /// <summary>
    /// Reads a file. The table goes on reading the details of its routes from it; another file may take its
    /// place meanwhile.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Chain and registries it must belong to.</param>
    /// <param name="key">32 secret bytes of this node.</param>
    /// <param name="tableSecret">32 bytes from a secure generator, for the trie.</param>
    /// <param name="snapshot">The snapshot, or null.</param>
    public static SnapshotProblem TryRead(
        string path,
        MirrorOptions options,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> tableSecret,
        out MirrorSnapshot? snapshot)
    {
        snapshot = null;
        try
        {
            SnapshotHandle file = new(path);
            SnapshotProblem problem = SnapshotReader.TryRead(file, options, key, tableSecret, out snapshot);
            if (problem != SnapshotProblem.None)
                file.Dispose();
            return problem;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return SnapshotProblem.Missing;
        }
        catch (Exception fault) when (
            fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return SnapshotProblem.Unreadable;
        }
    }

    /// <summary>Decodes a snapshot from bytes that may be anything. Never throws.</summary>
    public static SnapshotProblem TryDecode(
        ReadOnlySpan<byte> bytes,
        MirrorOptions options,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> tableSecret,
        out MirrorSnapshot? snapshot) =>
        SnapshotReader.TryRead(
            new SnapshotMemory(bytes.ToArray()), options, key, tableSecret, out snapshot);
}
