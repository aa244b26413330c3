namespace Conet.Routing.Mirror;

/// <summary>
/// A part of a snapshot file: records of one size, in pieces that have a digest each.
/// </summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Count">Records.</param>
/// <param name="RecordSize">Bytes of a record.</param>
/// <param name="PieceRecords">Records of a piece; the last piece has the rest.</param>
/// <param name="FirstDigest">Number of its first piece among those of all sections.</param>
internal readonly record struct SnapshotSection(
    long Offset, int Count, int RecordSize, int PieceRecords, int FirstDigest)
{
    public long End => Offset + ((long)Count * RecordSize);

    public int Pieces => (int)(((long)Count + PieceRecords - 1) / PieceRecords);

    public int NextDigest => FirstDigest + Pieces;

    /// <summary>Records of one piece.</summary>
    public int RecordsOf(int piece) => (int)Math.Min(PieceRecords, Count - ((long)piece * PieceRecords));

    /// <summary>Bytes of one piece.</summary>
    public int SizeOf(int piece) => RecordsOf(piece) * RecordSize;

    /// <summary>Where a piece begins.</summary>
    public long OffsetOf(int piece) => Offset + ((long)piece * PieceRecords * RecordSize);

    /// <summary>The section behind this one.</summary>
    public SnapshotSection Next(int count, int recordSize, int pieceRecords) =>
        new(End, count, recordSize, pieceRecords, NextDigest);
}
