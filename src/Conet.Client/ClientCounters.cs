namespace Conet.Client;

/// <summary>
/// What a client counts. Written by its own thread; any thread may read, each number by itself.
/// </summary>
public sealed class ClientCounters
{
    private readonly long[] _drops = new long[Enum.GetValues<ClientDrop>().Length];
    private long _cellsSent;
    private long _cellsReceived;
    private long _messagesDelivered;
    private long _duplicates;
    private long _receiptsSent;
    private long _acknowledgementsSent;

    /// <summary>Cells handed to the socket.</summary>
    public long CellsSent => Volatile.Read(ref _cellsSent);

    /// <summary>Datagrams that came.</summary>
    public long CellsReceived => Volatile.Read(ref _cellsReceived);

    /// <summary>Messages given to the application.</summary>
    public long MessagesDelivered => Volatile.Read(ref _messagesDelivered);

    /// <summary>Messages that came again and were not delivered again.</summary>
    public long Repeated => Volatile.Read(ref _duplicates);

    /// <summary>Receipts sent.</summary>
    public long ReceiptsSent => Volatile.Read(ref _receiptsSent);

    /// <summary>Acknowledgements of fragments sent.</summary>
    public long AcknowledgementsSent => Volatile.Read(ref _acknowledgementsSent);

    /// <summary>Cells dropped for that reason.</summary>
    public long Drops(ClientDrop reason) => Volatile.Read(ref _drops[(int)reason]);

    internal void CountSent() => Interlocked.Increment(ref _cellsSent);

    internal void CountReceived() => Interlocked.Increment(ref _cellsReceived);

    internal void CountDelivered() => Interlocked.Increment(ref _messagesDelivered);

    internal void CountRepeated() => Interlocked.Increment(ref _duplicates);

    internal void CountReceipt() => Interlocked.Increment(ref _receiptsSent);

    internal void CountAcknowledgement() => Interlocked.Increment(ref _acknowledgementsSent);

    internal void Count(ClientDrop reason) => Interlocked.Increment(ref _drops[(int)reason]);
}
