using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Conet.Routing.Mirror;

/// <summary>
/// A buffer for one block of a shared snapshot at a time: what its checksum is of, its records, its checksum.
/// One thread.
/// </summary>
internal sealed class SharedSnapshotBlock
{
    private const int Prefix = SharedSnapshotLayout.BlockPrefixSize;

    private byte[] _bytes = [];
    private SharedSnapshotPart _part;

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    /// <summary>A record.</summary>
    public Span<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            int size = SharedSnapshotLayout.RecordSize(_part);
            return _bytes.AsSpan(Prefix + (index * size), size);
        }
    }

    /// <summary>Records and checksum: what stands in the file.</summary>
    public Span<byte> Stored => _bytes.AsSpan(Prefix, RecordBytes + SharedSnapshotLayout.ChecksumSize);

    private int RecordBytes => Count * SharedSnapshotLayout.RecordSize(_part);

    /// <summary>Empties it and makes it one of a part.</summary>
    /// <param name="header">Checksum of the header.</param>
    /// <param name="part">Part.</param>
    /// <param name="index">Index of the block in its part.</param>
    /// <param name="count">Records to make room for.</param>
    public void Begin(ReadOnlySpan<byte> header, SharedSnapshotPart part, int index, int count)
    {
        _part = part;
        Count = count;
        int size = Prefix + RecordBytes + SharedSnapshotLayout.ChecksumSize;
        if (_bytes.Length < size)
            _bytes = new byte[size];
        header.CopyTo(_bytes);
        _bytes[SharedSnapshotLayout.ChecksumSize] = (byte)part;
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(SharedSnapshotLayout.ChecksumSize + 1), index);
    }

    /// <summary>Makes the checksum right.</summary>
    public void Seal() => Hash(Stored[RecordBytes..]);

    /// <summary>Whether the checksum is right.</summary>
    public bool IsWhole()
    {
        Span<byte> checksum = stackalloc byte[SharedSnapshotLayout.ChecksumSize];
        Hash(checksum);
        return checksum.SequenceEqual(Stored[RecordBytes..]);
    }

    /// <summary>Whether each record comes after the one before.</summary>
    /// <param name="before">How the last record of the block before begins; empty for none.</param>
    public bool IsInOrder(ReadOnlySpan<byte> before)
    {
        int size = SharedSnapshotLayout.OrderSize(_part);
        if (size == 0)
            return true;
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> key = this[i][..size];
            if (!before.IsEmpty && before.SequenceCompareTo(key) >= 0)
                return false;
            before = key;
        }

        return true;
    }

    private void Hash(Span<byte> checksum) =>
        SHA256.HashData(_bytes.AsSpan(0, Prefix + RecordBytes), checksum);
}
