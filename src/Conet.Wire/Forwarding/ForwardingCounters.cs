namespace Conet.Wire.Forwarding;

/// <summary>
/// What one worker did, in plain numbers. One thread writes; any thread reads. A received cell ends in
/// exactly one of <see cref="Forwarded"/>, <see cref="Delivered"/>, <see cref="Control"/> or <see
/// cref="Dropped(DropReason)"/>; cells the node itself sends are <see cref="Originated"/> or dropped.
/// </summary>
public sealed class ForwardingCounters
{
    private static readonly int _reasons = Enum.GetValues<DropReason>().Length;

    private readonly ulong[] _received = new ulong[2];
    private readonly ulong[] _dropped = new ulong[_reasons];
    private readonly ulong[] _hopCells;
    private ulong _forwarded;
    private ulong _delivered;
    private ulong _control;
    private ulong _originated;
    private ulong _turns;

    /// <summary>Makes counters that stand at 0.</summary>
    /// <param name="hopsMax">Next hops that are counted apart.</param>
    public ForwardingCounters(int hopsMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hopsMax);
        _hopCells = new ulong[hopsMax];
    }

    /// <summary>Cells sent on to another node.</summary>
    public ulong Forwarded => Volatile.Read(ref _forwarded);

    /// <summary>Cells sent to an attached client.</summary>
    public ulong Delivered => Volatile.Read(ref _delivered);

    /// <summary>Cells handed to the control queue.</summary>
    public ulong Control => Volatile.Read(ref _control);

    /// <summary>Cells of the node's own that were sent.</summary>
    public ulong Originated => Volatile.Read(ref _originated);

    /// <summary>Turns of the worker's loop that handled at least one cell.</summary>
    public ulong Turns => Volatile.Read(ref _turns);

    /// <summary>Next hops that are counted apart.</summary>
    public int HopsMax => _hopCells.Length;

    /// <summary>Cells of the right size that came in at a port.</summary>
    public ulong Received(CellRole role) => Volatile.Read(ref _received[(int)role]);

    /// <summary>Cells, or datagrams for <see cref="DropReason.WrongSize"/>, dropped for a reason.</summary>
    public ulong Dropped(DropReason reason) => Volatile.Read(ref _dropped[(int)reason]);

    /// <summary>
    /// Cells handed to the socket for a next hop; cells the socket then dropped are among them.
    /// </summary>
    public ulong HopCells(int hop) => Volatile.Read(ref _hopCells[hop]);

    /// <summary>All drops together.</summary>
    public ulong DroppedInAll()
    {
        ulong sum = 0;
        for (int reason = 0; reason < _dropped.Length; reason++)
            sum += Volatile.Read(ref _dropped[reason]);
        return sum;
    }

    /// <summary>Counts cells that came in. Writer only.</summary>
    public void CountReceived(CellRole role, int cells) => Add(ref _received[(int)role], cells);

    /// <summary>Counts drops. Writer only.</summary>
    public void CountDropped(DropReason reason, int cells) => Add(ref _dropped[(int)reason], cells);

    /// <summary>Counts cells sent on to other nodes. Writer only.</summary>
    public void CountForwarded(int cells) => Add(ref _forwarded, cells);

    /// <summary>Counts cells handed to the socket for one next hop. Writer only.</summary>
    public void CountHop(int hop, int cells)
    {
        if ((uint)hop < (uint)_hopCells.Length)
            Add(ref _hopCells[hop], cells);
    }

    /// <summary>Counts cells sent to attached clients. Writer only.</summary>
    public void CountDelivered(int cells) => Add(ref _delivered, cells);

    /// <summary>Counts cells handed to the control queue. Writer only.</summary>
    public void CountControl(int cells) => Add(ref _control, cells);

    /// <summary>Counts cells of the node's own. Writer only.</summary>
    public void CountOriginated(int cells) => Add(ref _originated, cells);

    /// <summary>Counts a turn that handled cells. Writer only.</summary>
    public void CountTurn() => Add(ref _turns, 1);

    private static void Add(ref ulong counter, int cells) =>
        Volatile.Write(ref counter, counter + (uint)cells);
}
