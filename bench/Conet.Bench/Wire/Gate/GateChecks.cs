using Conet.Wire.Forwarding;

namespace Conet.Bench.Wire.Gate;

/// <summary>What the gate checks: the same scenes that are timed.</summary>
internal static class GateChecks
{
    /// <summary>Each is made when its turn comes.</summary>
    public static IEnumerable<GateCheck> All()
    {
        ParseBench parse = new();
        yield return Repeat("parse: cell view", "cells", ParseBench.Count, parse.CellViews);
        yield return Repeat("parse: envelope, body of 972 bytes", "envelopes", ParseBench.Count, parse.LongBodies);
        yield return Repeat("parse: envelope, body of 32 bytes", "envelopes", ParseBench.Count, parse.ShortBodies);
        yield return Repeat("parse: envelope, hostile bytes", "envelopes", ParseBench.Count, parse.Garbage);

        LookUpBench lookUp = new();
        lookUp.Setup();
        yield return Repeat("look-up: one at a time, hit", "look-ups", LookUpBench.Count, lookUp.SingleHits);
        yield return Repeat("look-up: one at a time, miss", "look-ups", LookUpBench.Count, lookUp.SingleMisses);
        yield return Repeat("look-up: batch, hit", "look-ups", LookUpBench.Count, lookUp.BatchHits);
        yield return Repeat("look-up: batch, miss", "look-ups", LookUpBench.Count, lookUp.BatchMisses);

        foreach (int hops in (int[])[1, 16, 256])
            yield return Forward($"forward: {hops} next hop{(hops == 1 ? "" : "s")}", hops, CellMix.Routed, CellRole.ClientPort);
        yield return Forward("forward: delivered to attached clients", 1, CellMix.Local, CellRole.NodePort);
        yield return Forward("forward: dropped, unknown destination", 1, CellMix.Unknown, CellRole.ClientPort);
        yield return Forward("forward: dropped, crossed route", 1, CellMix.Routed, CellRole.NodePort);
    }

    /// <summary>What the gate must report.</summary>
    public static GateCheck Allocating()
    {
        LookUpBench lookUp = new();
        lookUp.Setup();
        object? kept = null;
        return Repeat("self-check", "look-ups", LookUpBench.Count, () =>
        {
            for (int index = 0; index < LookUpBench.Count; index++)
                Volatile.Write(ref kept, new object());
            return lookUp.BatchHits();
        });
    }

    private static GateCheck Forward(string name, int hops, CellMix mix, CellRole role)
    {
        ForwardScene scene = new(hops, mix, role);
        return new GateCheck(
            name,
            "cells",
            operations =>
            {
                long done = 0;
                for (; done < operations; done += ForwardScene.BatchCells)
                    scene.Forward();
                return done;
            },
            scene);
    }

    private static GateCheck Repeat<T>(string name, string item, int step, Func<T> operate) => new(
        name,
        item,
        operations =>
        {
            long done = 0;
            for (; done < operations; done += step)
                operate();
            return done;
        });
}
