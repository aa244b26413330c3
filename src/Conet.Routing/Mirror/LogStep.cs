using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// The way from a mirrored block to a later one: its headers, what the registries say at its end, and the
/// tables that one provider's logs make of it. Logs are judged by form and by where they lead. One thread.
/// </summary>
internal sealed class LogStep
{
    private readonly MirrorOptions _options;
    private readonly RouteTable _start;
    private readonly IReadOnlyList<BlockHeader> _headers;
    private readonly bool _isRange;
    private readonly List<MirroredBlock> _blocks = [];
    private RouteTableBuilder? _builder;
    private int _nextHeader;
    private (ulong To, int Count, int Seen)? _suspect;

    /// <summary>A way whose every block is known, or only its last.</summary>
    /// <param name="options">Which contracts.</param>
    /// <param name="start">Table before the first block.</param>
    /// <param name="from">First block.</param>
    /// <param name="headers">Every block in order, or the last one.</param>
    public LogStep(
        MirrorOptions options, RouteTable start, ulong from, IReadOnlyList<BlockHeader> headers)
    {
        _options = options;
        _start = start;
        _headers = headers;
        From = from;
        Next = from;
        _isRange = headers.Count == 1 && headers[0].Number > from;
    }

    public ulong From { get; }

    public BlockHeader End => _headers[^1];

    /// <summary>First block whose logs are wanted next.</summary>
    public ulong Next { get; private set; }

    public bool IsDone => Next > End.Number;

    /// <summary>What the registries say at the end, once known.</summary>
    public (RegistryPosition Nodes, RegistryPosition Routes)? Expected { get; private set; }

    public TableCheck Check { get; private set; }

    /// <summary>Provider whose logs are applied; <see cref="MirroredBlock.Several"/> for none yet.</summary>
    public int Source { get; private set; } = MirroredBlock.Several;

    /// <summary>True if more than one gave logs.</summary>
    public bool IsMixed { get; private set; }

    /// <summary>True if only one provider may give the logs, so that a lie is surely its own.</summary>
    public bool OnlyOneSource { get; set; }

    /// <summary>Provider that is asked first; <see cref="MirroredBlock.Several"/> for the best.</summary>
    public int PreferredSource { get; init; } = MirroredBlock.Several;

    /// <summary>True if somebody's logs were contradicted.</summary>
    public bool IsContradicted { get; set; }

    /// <summary>Bit i: provider i gave nothing of use for this step.</summary>
    public ulong Tried { get; set; }

    /// <summary>True if the registries wrote nothing on the way, so that no logs are needed.</summary>
    public bool IsWithoutEvents =>
        Expected is { } expected
        && expected.Nodes == _start.NodePosition && expected.Routes == _start.RoutePosition;

    /// <summary>True if the tables end where the registries say.</summary>
    public bool IsAsExpected =>
        Expected is not { } expected
        || (expected.Nodes == EndTable.NodePosition && expected.Routes == EndTable.RoutePosition);

    private RouteTableBuilder Builder => _builder ??= EndTable.ToBuilder();

    private RouteTable EndTable => _blocks.Count > 0 ? _blocks[^1].Table : _start;

    public void Expect(RegistryPosition nodes, RegistryPosition routes, TableCheck check)
    {
        Expected = (nodes, routes);
        Check = check;
    }

    /// <summary>Forgets the logs applied so far.</summary>
    public void Rewind()
    {
        _blocks.Clear();
        _builder = null;
        _nextHeader = 0;
        _suspect = null;
        Next = From;
        Source = MirroredBlock.Several;
        IsMixed = false;
    }

    /// <summary>What to ask a provider for next.</summary>
    public MirrorRequest.Logs Request(LogRange range)
    {
        ulong to = Math.Min(End.Number, Next + Math.Min(range.Blocks, MirrorLimits.RangeBlocksMax) - 1);
        Bytes32? hash = to == Next && HeaderOf(to) is { } header ? header.Hash : null;
        return new MirrorRequest.Logs(Next, to, hash);
    }

    /// <summary>The provider's answer may have been cut: smaller ranges will tell.</summary>
    public void Suspect(MirrorRequest.Logs asked, int count) =>
        _suspect ??= (asked.To, count, 0);

    /// <summary>Applies logs; what is wrong with them if they cannot be those of the chain.</summary>
    /// <param name="asked">What was asked; starts at <see cref="Next"/>.</param>
    /// <param name="logs">The answer.</param>
    /// <param name="provider">Who gave it.</param>
    /// <param name="cutAt">
    /// Number of logs after which this provider cuts answers, if that just came out; else 0.
    /// </param>
    public LogFault Apply(
        MirrorRequest.Logs asked, IReadOnlyList<LogEntry> logs, int provider, out int cutAt)
    {
        cutAt = 0;
        IsMixed |= Source != MirroredBlock.Several && Source != provider;
        Source = provider;
        int at = 0;
        LogFault fault;
        for (; _nextHeader < _headers.Count && _headers[_nextHeader].Number <= asked.To; _nextHeader++)
        {
            BlockHeader header = _headers[_nextHeader];
            fault = ApplyUpTo(header.Number, logs, ref at);
            if (fault != LogFault.None)
                return fault;
            Finish(header);
        }

        fault = ApplyUpTo(asked.To, logs, ref at);
        if (fault != LogFault.None || at < logs.Count)
            return fault == LogFault.None ? LogFault.NotAsked : fault;
        Next = asked.To + 1;
        cutAt = CountSuspect(asked, logs.Count);
        return LogFault.None;
    }

    /// <summary>Makes the tables of a way without events.</summary>
    public void FinishWithoutLogs()
    {
        foreach (BlockHeader header in _headers)
            Finish(header);
        Next = End.Number + 1;
    }

    /// <summary>The blocks, the last one checked.</summary>
    public IReadOnlyList<MirroredBlock> Blocks()
    {
        bool isSame = IsWithoutEvents;
        int source = IsMixed ? MirroredBlock.Several : Source;
        return
        [
            .. _blocks.Select((block, i) => block with
            {
                Check = isSame || i == _blocks.Count - 1 ? Check : TableCheck.None,
                Source = source,
            }),
        ];
    }

    private BlockHeader? HeaderOf(ulong number) => _headers.FirstOrDefault(block => block.Number == number);

    private LogFault ApplyUpTo(ulong number, IReadOnlyList<LogEntry> logs, ref int at)
    {
        for (; at < logs.Count && logs[at].BlockNumber <= number; at++)
        {
            LogEntry log = logs[at];
            if (log.BlockNumber < Next || log.Removed || !IsOurs(log))
                return LogFault.NotAsked;
            bool isOtherBlock = HeaderOf(log.BlockNumber) is { } header
                ? header.Hash != log.BlockHash
                : !_isRange;
            if (isOtherBlock)
                return LogFault.OtherBlock;
            if (!Builder.TryApply(log))
                return LogFault.NotNext;
        }

        return LogFault.None;
    }

    private bool IsOurs(LogEntry log)
    {
        if (log.Topics.Length == 0)
            return false;
        return log.Address
            == (log.Topics[0] == NodeChanged.Topic ? _options.NodeRegistry : _options.RouteRegistry);
    }

    private void Finish(BlockHeader header)
    {
        Builder.SetTime(header.TimestampSeconds);
        RouteTable table = Builder.Build();
        _blocks.Add(new MirroredBlock(
            header.Number, header.Hash, table, TableCheck.None, MirroredBlock.Several));
        _builder = null;
    }

    // The parts of a suspicious answer have come: together they must have as many logs as it had.
    private int CountSuspect(MirrorRequest.Logs asked, int count)
    {
        if (_suspect is not { } suspect)
            return 0;
        int seen = suspect.Seen + count;
        bool isOver = asked.To >= suspect.To;
        _suspect = isOver ? null : suspect with { Seen = seen };
        return isOver && seen > suspect.Count ? suspect.Count : 0;
    }
}
