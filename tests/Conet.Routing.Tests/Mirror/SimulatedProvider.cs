using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;

namespace Conet.Routing.Tests.Mirror;

/// <summary>Answers a mirror's questions from a simulated chain, in its own manner.</summary>
internal sealed class SimulatedProvider(SimulatedChain chain, Manner manner, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Bytes32 _inventedHash = new([.. Enumerable.Repeat((byte)(seed * 2 + 1), 32)]);
    private SimulatedChain.Block? _stuckAt;

    /// <summary>What <see cref="Manner.RefusesRanges"/> says; {0} is the most blocks it gives.</summary>
    public string Refusal { get; init; } = "block range is too wide, max {0} blocks";

    /// <summary>Most blocks of <see cref="Manner.RefusesRanges"/>.</summary>
    public ulong RangeMax { get; init; } = 3;

    /// <summary>Most logs of <see cref="Manner.CutsLogs"/>.</summary>
    public int Cap { get; init; } = 500;

    /// <summary>Blocks below the head whose state it still has; null for all.</summary>
    public ulong? StateBlocks { get; init; }

    /// <summary>Block it calls finalised; null if it does not know the word.</summary>
    public ulong? Finalised { get; set; }

    public Manner Manner { get; set; } = manner;

    /// <summary>The chain it tells of.</summary>
    public SimulatedChain Chain { get; set; } = chain;

    public int LogsAsked { get; private set; }

    public ulong LargestRange { get; private set; }

    /// <summary>Milliseconds to the answer.</summary>
    public ulong DelayMs => Manner switch
    {
        Manner.Slow => 2_500,
        Manner.Stalls => MirrorLimits.AnswerMsMax,
        _ => 20,
    };

    public (MirrorAnswer? Answer, RpcFault? Fault) Answer(MirrorRequest request)
    {
        if (Manner == Manner.Absent || (Manner == Manner.Flapping && _random.Next(3) == 0))
            return Fault(RpcErrorKind.Unreachable, "no connection");
        if (Manner == Manner.Stalls)
            return Fault(RpcErrorKind.Timeout, "no answer");
        if (Manner == Manner.AnswersTooMuch && request is not MirrorRequest.ChainId)
            return Fault(RpcErrorKind.TooLarge, "more than 33554432 bytes");
        return request switch
        {
            MirrorRequest.ChainId => Ok(new MirrorAnswer.ChainId(
                Manner == Manner.OtherChain ? 1UL : SimulatedChain.ChainId)),
            MirrorRequest.Head => Header(Head()),
            MirrorRequest.Finalised when Finalised is { } number => Header(At(number)),
            MirrorRequest.Finalised => Fault(RpcErrorKind.Rejected, "unknown block tag"),
            MirrorRequest.Header header => Header(At(header.Number)),
            MirrorRequest.HeaderByHash header => Header(ByHash(header.Hash)),
            MirrorRequest.Logs logs => Logs(logs),
            MirrorRequest.Proof proof => Proof(proof.Block),
            MirrorRequest.Positions positions => Positions(positions.Block),
            _ => throw new ArgumentException("Unknown request.", nameof(request)),
        };
    }

    private static (MirrorAnswer?, RpcFault?) Ok(MirrorAnswer answer) => (answer, null);

    private static (MirrorAnswer?, RpcFault?) Fault(RpcErrorKind kind, string text) =>
        (null, new RpcFault(kind, text));

    private (MirrorAnswer?, RpcFault?) Header(BlockHeader? header)
    {
        bool isGarbled = Manner == Manner.WrongParents
            || (Manner == Manner.GarbledHeaders && _random.Next(2) == 0);
        if (isGarbled && header is not null)
            header = header with { ParentHash = default, IsHashed = false };
        return Ok(new MirrorAnswer.Header(header));
    }

    private BlockHeader Head()
    {
        if (Manner == Manner.StaysBehind)
            return (_stuckAt ??= Chain.Head).Header;
        BlockHeader head = Chain.Head.Header;
        return Manner == Manner.InventsBlocks ? Invented(head) : head;
    }

    private BlockHeader Invented(BlockHeader parent) => parent with
    {
        Number = parent.Number + 1, ParentHash = parent.Hash, Hash = _inventedHash,
    };

    private BlockHeader? At(ulong number)
    {
        BlockHeader head = Head();
        if (number >= head.Number)
            return number == head.Number ? head : null;
        return Chain.Blocks[(int)number].Header;
    }

    private BlockHeader? ByHash(Bytes32 hash) =>
        Chain.Blocks.FirstOrDefault(block => block.Header.Hash == hash)?.Header
        ?? (Head() is { } head && head.Hash == hash ? head : null);

    private (MirrorAnswer?, RpcFault?) Logs(MirrorRequest.Logs asked)
    {
        LogsAsked++;
        ulong blocks = asked.To - asked.From + 1;
        if (Manner == Manner.RefusesRanges && blocks > RangeMax)
            return Fault(RpcErrorKind.Rejected, string.Format(null, Refusal, RangeMax));
        LargestRange = Math.Max(LargestRange, blocks);
        if (asked.BlockHash is { } hash && ByHash(hash) is null)
            return Fault(RpcErrorKind.Rejected, "unknown block");
        List<LogEntry> logs = [.. Chain.Blocks
            .Where(block => block.Header.Number >= asked.From && block.Header.Number <= asked.To)
            .SelectMany(block => block.Logs)];
        if (logs.Count > 0)
            Spoil(logs);
        return Ok(new MirrorAnswer.Logs(logs));
    }

    private void Spoil(List<LogEntry> logs)
    {
        int victim = _random.Next(logs.Count);
        switch (Manner)
        {
            case Manner.OmitsLogs:
                logs.RemoveRange(victim, logs.Count - victim); // the sequence has no gap
                break;
            case Manner.CutsLogs when logs.Count > Cap:
                logs.RemoveRange(Cap, logs.Count - Cap);
                break;
            case Manner.AltersLogs:
                byte[] data = (byte[])logs[victim].Data.Clone();
                data[^33] ^= 1; // r of a route's signature, or the node's state
                logs[victim] = logs[victim] with { Data = data };
                break;
            case Manner.InventsLogs:
                logs.Add(logs[victim]);
                break;
            case Manner.ReordersLogs when logs.Count > 1:
                victim = _random.Next(1, logs.Count);
                (logs[victim - 1], logs[victim]) = (
                    logs[victim] with { BlockNumber = logs[victim - 1].BlockNumber,
                        BlockHash = logs[victim - 1].BlockHash },
                    logs[victim - 1] with { BlockNumber = logs[victim].BlockNumber,
                        BlockHash = logs[victim].BlockHash });
                break;
            case Manner.MovesLogs:
                SimulatedChain.Block first = Chain.Blocks[(int)logs[0].BlockNumber];
                for (int i = 0; i < logs.Count; i++)
                    logs[i] = logs[i] with
                    {
                        BlockNumber = first.Header.Number, BlockHash = first.Header.Hash,
                    };
                break;
        }
    }

    private (MirrorAnswer?, RpcFault?) Proof(BlockHeader asked)
    {
        if (Manner == Manner.CannotProve)
            return (null, new RpcFault(RpcErrorKind.Rejected, "no such method", -32601));
        if (Manner == Manner.FalseProofs)
            return Ok(new MirrorAnswer.BadProof());
        return Storage(asked);
    }

    private (MirrorAnswer?, RpcFault?) Positions(BlockHeader asked)
    {
        (MirrorAnswer? answer, RpcFault? fault) = Storage(asked);
        return Manner == Manner.FalseCalls && answer is MirrorAnswer.Positions positions
            ? Ok(positions with { Routes = new RegistryPosition(positions.Routes.Count, _inventedHash) })
            : (answer, fault);
    }

    private (MirrorAnswer?, RpcFault?) Storage(BlockHeader asked)
    {
        if (Manner == Manner.InventsBlocks && asked.Hash == _inventedHash)
            return Ok(new MirrorAnswer.Positions(new RegistryPosition(1, _inventedHash), default));
        if (StateBlocks is { } kept && asked.Number + kept < Chain.Head.Header.Number)
            return Fault(RpcErrorKind.Rejected, "missing trie node");
        SimulatedChain.Block? block = Chain.Blocks.FirstOrDefault(
            candidate => candidate.Header.Hash == asked.Hash);
        return block is null
            ? Fault(RpcErrorKind.Rejected, "unknown block")
            : Ok(new MirrorAnswer.Positions(block.Truth.NodePosition, block.Truth.RoutePosition));
    }
}
