namespace Conet.Routing.Tables;

/// <summary>
/// Records of <see cref="RouteDetailLayout"/> that lie outside of memory, in pieces that are checked whenever
/// they are read. Any thread.
/// </summary>
internal interface IRouteDetailStore
{
    /// <summary>Records of a piece; the last piece has the rest.</summary>
    const int PieceRecords = 32;

    /// <summary>Records in all.</summary>
    int Count { get; }

    /// <summary>Reads a whole piece. False if it cannot be read or is not what was written.</summary>
    /// <param name="piece">From 0.</param>
    /// <param name="records">Exactly as long as the piece.</param>
    bool TryRead(int piece, Span<byte> records);
}
