using Conet.Routing.Chain;
using Conet.Routing.Mirror;

namespace Conet.Routing.Tests.Mirror;

internal enum Manner
{
    Honest,
    Absent,
    OtherChain,
    OmitsLogs,
    AltersLogs,
    InventsLogs,
    RefusesRanges,
    GarbledHeaders,
    WrongParents,
    Flapping,
}

/// <summary>Answers a mirror's questions from a simulated chain, in its own manner.</summary>
internal sealed class SimulatedProvider(SimulatedChain chain, Manner manner, int seed)
{
    private readonly Random _random = new(seed);

    public Manner Manner => manner;

    public void Answer(ChainMirror mirror, MirrorRequest request, ulong nowMs)
    {
        if (manner == Manner.Absent || (manner == Manner.Flapping && _random.Next(3) == 0))
        {
            mirror.OnFailure("does not answer", nowMs);
            return;
        }

        switch (request)
        {
            case MirrorRequest.ChainId:
                mirror.OnChainId(manner == Manner.OtherChain ? 1UL : SimulatedChain.ChainId, nowMs);
                break;
            case MirrorRequest.Head:
                mirror.OnHead(chain.Head.Header.Number, nowMs);
                break;
            case MirrorRequest.Header header:
                mirror.OnHeader(Header(header.Number), nowMs);
                break;
            case MirrorRequest.RangeLogs range when manner == Manner.RefusesRanges
                && range.To - range.From >= 3:
                mirror.OnRangeRefused("at most 3 blocks", nowMs);
                break;
            case MirrorRequest.RangeLogs range:
                mirror.OnLogs(Logs(range.From, range.To), nowMs);
                break;
            case MirrorRequest.BlockLogs block:
                mirror.OnLogs(Logs(block.Block.Number, block.Block.Number), nowMs);
                break;
            case MirrorRequest.Positions positions:
                AnswerPositions(mirror, positions.Block, nowMs);
                break;
        }
    }

    private BlockHeader? Header(ulong number)
    {
        if (number >= (ulong)chain.Blocks.Count)
            return null;
        BlockHeader header = chain.Blocks[(int)number].Header;
        bool isGarbled = manner == Manner.WrongParents
            || (manner == Manner.GarbledHeaders && _random.Next(2) == 0);
        return isGarbled ? header with { ParentHash = default } : header;
    }

    private List<LogEntry> Logs(ulong from, ulong to)
    {
        List<LogEntry> logs = [.. chain.Blocks
            .Where(block => block.Header.Number >= from && block.Header.Number <= to)
            .SelectMany(block => block.Logs)];
        if (logs.Count == 0)
            return logs;
        int victim = _random.Next(logs.Count);
        switch (manner)
        {
            case Manner.OmitsLogs:
                logs.RemoveRange(victim, logs.Count - victim); // silent truncation: the sequence has no gap
                break;
            case Manner.AltersLogs:
                byte[] data = (byte[])logs[victim].Data.Clone();
                data[^33] ^= 1; // r of a route's signature, or the node's state
                logs[victim] = logs[victim] with { Data = data };
                break;
            case Manner.InventsLogs:
                logs.Add(logs[victim]);
                break;
        }

        return logs;
    }

    private void AnswerPositions(ChainMirror mirror, BlockHeader asked, ulong nowMs)
    {
        SimulatedChain.Block? block = chain.Blocks.FirstOrDefault(
            candidate => candidate.Header.Hash == asked.Hash);
        if (block is null)
            mirror.OnFailure("does not know the block", nowMs);
        else
            mirror.OnPositions(block.Truth.NodePosition, block.Truth.RoutePosition, nowMs);
    }
}
