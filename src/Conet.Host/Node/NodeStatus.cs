using System.Text;

namespace Conet.Host.Node;

/// <summary>One counter of a reason or role.</summary>
/// <param name="Name">Snake case, as it stands in the metrics.</param>
/// <param name="Count">Since the process began.</param>
public readonly record struct NamedCount(string Name, long Count);

/// <summary>Cells sent to one neighbour.</summary>
/// <param name="NodeId">The neighbour.</param>
/// <param name="Reachable">Whether it answered a probe within 90 s.</param>
/// <param name="Cells">Forwarded to it since the process began.</param>
public readonly record struct LinkStatus(uint NodeId, bool Reachable, long Cells);

/// <summary>
/// The numbers of a running node at one moment. Never an address of a wallet, an
/// alias or a client. Immutable.
/// </summary>
public sealed record NodeStatus
{
    /// <summary>Own id, 0 while it is not known.</summary>
    public uint NodeId { get; init; }

    /// <summary>Whether the node does its work; if not, why.</summary>
    public bool Ready => NotReady.Length == 0;

    /// <summary>Why it is not ready, one line; empty when it is.</summary>
    public string NotReady { get; init; } = string.Empty;

    /// <summary>Since the process began.</summary>
    public double UptimeSeconds { get; init; }

    /// <summary>The mirror's part.</summary>
    public TableStatus Mirror { get; init; } = new();

    /// <summary>Cells that came in, by the port they came to: "client", "node".</summary>
    public IReadOnlyList<NamedCount> Received { get; init; } = [];

    /// <summary>Cells sent on to another node.</summary>
    public long CellsForwarded { get; init; }

    /// <summary>Cells sent to an attached client.</summary>
    public long CellsDelivered { get; init; }

    /// <summary>Cells handed to the control queue.</summary>
    public long CellsControl { get; init; }

    /// <summary>Cells and datagrams the forwarder dropped, by reason.</summary>
    public IReadOnlyList<NamedCount> ForwardDrops { get; init; } = [];

    /// <summary>Control cells dropped, by reason.</summary>
    public IReadOnlyList<NamedCount> ControlDrops { get; init; } = [];

    /// <summary>Control cells handled, by kind.</summary>
    public IReadOnlyList<NamedCount> ControlHandled { get; init; } = [];

    /// <summary>First-contact opens tried.</summary>
    public long ControlOpens { get; init; }

    /// <summary>Control answers and probes sent.</summary>
    public long ControlSent { get; init; }

    /// <summary>Prefix buckets made and kept, or null where none are made.</summary>
    public BucketCounts? Buckets { get; init; }

    /// <summary>Pieces of prefix buckets sent.</summary>
    public long BucketPieces { get; init; }

    /// <summary>Clients attached now.</summary>
    public int Attachments { get; init; }

    /// <summary>Aliases in force now.</summary>
    public int Aliases { get; init; }

    /// <summary>Challenges that wait for their confirmation.</summary>
    public int PendingChallenges { get; init; }

    /// <summary>Records whose endpoint must not be sent to.</summary>
    public int ForbiddenEndpoints { get; init; }

    /// <summary>Neighbours, by node id; at most 256.</summary>
    public IReadOnlyList<LinkStatus> Links { get; init; } = [];

    /// <summary>The XDP program, or null without one.</summary>
    public XdpStatus? Xdp { get; init; }

    /// <summary>Bytes the worker threads took from the managed heap since their warm-up.</summary>
    public long WorkerAllocatedBytes { get; init; }

    /// <summary>Cells forwarded or delivered since that warm-up.</summary>
    public long WorkerCellsSinceWarmUp { get; init; }

    /// <summary>The forwarding threads, in order.</summary>
    public IReadOnlyList<WorkerStatus> Workers { get; init; } = [];

    /// <summary>Collections of the garbage collector, by generation.</summary>
    public IReadOnlyList<NamedCount> Collections { get; init; } = [];

    /// <summary><see cref="WorkerAllocatedBytes"/> a cell; 0 before the first cell.</summary>
    public double WorkerAllocatedBytesPerCell =>
        WorkerCellsSinceWarmUp == 0 ? 0 : (double)WorkerAllocatedBytes / WorkerCellsSinceWarmUp;

    /// <summary>"WrongSize" as "wrong_size".</summary>
    internal static string SnakeCase(string name)
    {
        StringBuilder text = new();
        foreach (char letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
