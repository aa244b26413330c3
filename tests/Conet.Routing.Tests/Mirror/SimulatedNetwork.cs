using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// A mirror and its providers on a simulated clock: every answer comes after its provider's own time. After
/// every event the table that serves is compared with the truth of its block.
/// </summary>
internal sealed class SimulatedNetwork
{
    private readonly PriorityQueue<MirrorAsk, ulong> _open = new();
    private readonly SimulatedChain _chain;
    private RouteTable _seen;

    public SimulatedNetwork(
        SimulatedChain chain, IReadOnlyList<SimulatedProvider> providers, MirrorSnapshot? snapshot = null)
    {
        _chain = chain;
        Providers = providers;
        Mirror = new ChainMirror(
            SimulatedChain.Options, [.. providers.Select((_, i) => Name(i))],
            RandomNumberGenerator.GetBytes(32), snapshot);
        _seen = Mirror.Table;
    }

    public ChainMirror Mirror { get; }

    public IReadOnlyList<SimulatedProvider> Providers { get; }

    public ulong NowMs { get; private set; } = 1_000;

    /// <summary>Every line for the operator so far.</summary>
    public List<string> Notes { get; } = [];

    public long Asks { get; private set; }

    /// <summary>Most asks that one provider had open at a time.</summary>
    public int OpenMax { get; private set; }

    public static SimulatedNetwork Of(SimulatedChain chain, params Manner[] manners) =>
        new(chain, [.. manners.Select((manner, i) => new SimulatedProvider(chain, manner, i + 1))]);

    public static string Name(int provider) => $"provider-{provider}";

    /// <summary>Takes one ask or delivers one answer, or lets time pass until there is one.</summary>
    public void Step()
    {
        if (Mirror.TryAsk(NowMs, out MirrorAsk ask, out ulong waitMs))
        {
            Asks++;
            _open.Enqueue(ask, NowMs + Providers[ask.Provider].DelayMs);
            OpenMax = Math.Max(
                OpenMax, _open.UnorderedItems.Count(item => item.Element.Provider == ask.Provider));
        }
        else if (_open.TryPeek(out _, out ulong due) && due <= NowMs + waitMs)
        {
            NowMs = Math.Max(NowMs, due);
            Deliver(_open.Dequeue());
        }
        else
        {
            Assert.True(waitMs > 0);
            NowMs += waitMs;
        }

        while (Mirror.TryTakeNote(out string note))
            Notes.Add(note);
        AssertServesTruth();
    }

    public void RunFor(ulong ms)
    {
        for (ulong end = NowMs + ms; NowMs < end;)
            Step();
    }

    /// <summary>Runs until the table is that of the chain's head.</summary>
    public void Settle(string what, ulong limitMs = 600_000)
    {
        for (ulong end = NowMs + limitMs; NowMs < end;)
        {
            Step();
            if (Mirror.IsAtHead && Mirror.VerifiedHash == _chain.Head.Header.Hash)
            {
                Truth.AssertIs(Mirror.Table, _chain.Head, what);
                return;
            }
        }

        Assert.Fail($"{what}: at block {Mirror.VerifiedBlock} of {_chain.Head.Header.Number} after {limitMs} "
            + $"ms\n{string.Join('\n', Notes.TakeLast(20))}");
    }

    private void Deliver(MirrorAsk ask)
    {
        (MirrorAnswer? answer, RpcFault? fault) = Providers[ask.Provider].Answer(ask.Request);
        if (answer is not null)
            Mirror.OnAnswer(ask, answer, NowMs);
        else
            Mirror.OnFault(ask, fault!, NowMs);
    }

    private void AssertServesTruth()
    {
        if (ReferenceEquals(_seen, Mirror.Table))
            return;
        _seen = Mirror.Table;
        SimulatedChain.Block? block = Providers.Select(provider => provider.Chain).Append(_chain)
            .Select(chain => chain.FindEver(Mirror.VerifiedHash)).FirstOrDefault(found => found is not null);
        Assert.True(block is not null, $"a table of a block that never was: {Mirror.VerifiedHash}");
        Truth.AssertIs(Mirror.Table, block!, $"block {block!.Header.Number}");
    }
}
