using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>
/// Reads a shared snapshot from disk, a block at a time: whatever the file holds, no more than a block is in
/// memory for each thread that reads, and nothing throws. Any thread.
/// </summary>
public sealed class SharedSnapshotReader : IDisposable
{
    private readonly ISnapshotBytes _bytes;
    private readonly byte[] _headerChecksum;

    private SharedSnapshotReader(ISnapshotBytes bytes, SharedSnapshotHeader header, byte[] headerChecksum)
    {
        _bytes = bytes;
        Header = header;
        _headerChecksum = headerChecksum;
    }

    /// <summary>What stands at the start.</summary>
    public SharedSnapshotHeader Header { get; }

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Chain and registries it must belong to.</param>
    /// <param name="reader">To read the rest with, or null.</param>
    public static SharedSnapshotProblem TryOpen(
        string path, MirrorOptions options, out SharedSnapshotReader? reader)
    {
        reader = null;
        SnapshotBytesFile? file = SnapshotBytesFile.TryOpen(path);
        if (file is null)
            return SharedSnapshotProblem.Unreadable;
        SharedSnapshotProblem problem = TryOpen(file, options, out reader);
        if (reader is null)
            file.Dispose();
        return problem;
    }

    internal static SharedSnapshotProblem TryOpen(
        ISnapshotBytes bytes, MirrorOptions options, out SharedSnapshotReader? reader)
    {
        reader = null;
        byte[] start = new byte[Math.Min(bytes.Length, SharedSnapshotHeader.Size)];
        if (!bytes.TryRead(0, start))
            return SharedSnapshotProblem.Unreadable;
        SharedSnapshotProblem problem = SharedSnapshotHeader.TryRead(
            start, options, out SharedSnapshotHeader? header);
        if (header is null)
            return problem;
        if (header.FileBytes != bytes.Length)
            return SharedSnapshotProblem.WrongLength;
        reader = new SharedSnapshotReader(bytes, header, start[SharedSnapshotLayout.ChecksumOffset..]);
        return SharedSnapshotProblem.None;
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    /// <summary>Reads a block and checks that it is whole and in order.</summary>
    internal SharedSnapshotProblem TryRead(SharedSnapshotPart part, int index, SharedSnapshotBlock block)
    {
        long first = (long)index * SharedSnapshotLayout.BlockRecords;
        int count = (int)Math.Min(SharedSnapshotLayout.BlockRecords, Header.Records(part) - first);
        int recordSize = SharedSnapshotLayout.RecordSize(part);
        long offset = Header.PartOffset(part) + (first * recordSize)
            + ((long)index * SharedSnapshotLayout.ChecksumSize);
        block.Begin(_headerChecksum, part, index, count);
        if (!_bytes.TryRead(offset, block.Stored))
            return SharedSnapshotProblem.Unreadable;
        if (!block.IsWhole())
            return SharedSnapshotProblem.Corrupt;
        Span<byte> before = stackalloc byte[Bytes32.Size];
        before = before[..(index == 0 ? 0 : SharedSnapshotLayout.OrderSize(part))];
        long lastBefore = offset - SharedSnapshotLayout.ChecksumSize - recordSize;
        if (!before.IsEmpty && !_bytes.TryRead(lastBefore, before))
            return SharedSnapshotProblem.Unreadable;
        return block.IsInOrder(before) ? SharedSnapshotProblem.None : SharedSnapshotProblem.OutOfOrder;
    }

    /// <summary>Blocks of a part.</summary>
    internal int Blocks(SharedSnapshotPart part) => SharedSnapshotLayout.Blocks(Header.Records(part));
}
