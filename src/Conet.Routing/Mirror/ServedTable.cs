using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// The table that serves, and what is known of it. Changed by one thread; <see cref="Table"/> may be read by
/// any.
/// </summary>
internal sealed class ServedTable(RouteTable table)
{
    private RouteTable _table = table;

    public RouteTable Table => Volatile.Read(ref _table);

    public ulong Block { get; private set; }

    public Bytes32 Hash { get; private set; }

    /// <summary>
    /// When it was last found to be that of the head; 0 for never. Milliseconds since 1970.
    /// </summary>
    public ulong CheckedMs { get; private set; }

    public ulong ProvedBlock { get; private set; }

    public bool IsProved { get; private set; }

    public bool IsConfirmed { get; private set; }

    public TableOrigin Origin { get; private set; }

    public void Start(MirrorSnapshot snapshot)
    {
        Origin = snapshot.Origin;
        Block = snapshot.BlockNumber;
        Hash = snapshot.BlockHash;
    }

    /// <summary>
    /// Serves a checked block's table: at the head always, else if it is newer than what serves.
    /// </summary>
    public void Publish(MirroredBlock block, bool isHead, bool isConfirmed, TableOrigin origin, ulong nowMs)
    {
        if (!isHead && block.Number <= Block)
            return;
        Volatile.Write(ref _table, block.Table);
        Block = block.Number;
        Hash = block.Hash;
        IsProved = block.Check == TableCheck.Proved;
        IsConfirmed = isConfirmed;
        Origin = origin;
        if (IsProved)
            ProvedBlock = block.Number;
        if (isHead)
            CheckedMs = nowMs;
    }
}
