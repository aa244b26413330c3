namespace Conet.Wire.Sockets;

/// <summary>
/// What became of the cells of one flush. Every queued cell is in exactly one of the counts.
/// </summary>
public struct SendTally
{
    /// <summary>Cells that the kernel took.</summary>
    public int Sent;

    /// <summary>Cells dropped because the send buffer was full.</summary>
    public int QueueFull;

    /// <summary>Cells dropped because an ICMP error of an earlier cell was reported.</summary>
    public int Refused;

    /// <summary>Cells dropped for another error.</summary>
    public int Failed;

    /// <summary>Sends that carried the cells that were sent; a train is one.</summary>
    public int Messages;

    /// <summary>Adds another tally to this one.</summary>
    public void Add(in SendTally other)
    {
        Sent += other.Sent;
        QueueFull += other.QueueFull;
        Refused += other.Refused;
        Failed += other.Failed;
        Messages += other.Messages;
    }
}
