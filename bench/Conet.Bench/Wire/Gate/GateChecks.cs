using Conet.Wire.Forwarding;

namespace Conet.Bench.Wire.Gate;

/// <summary>What the gate checks: the same scenes that are timed.</summary>
internal static class GateChecks
{
    private const long Cheap = 1_000_000;
    private const long ForwardedCells = 10_000_000;

    /// <summary>Each is made when its turn comes.</summary>
    public static IEnumerable<GateCheck> All()
    {
        ParseBench parse = new();
        yield return Parse("cell view", parse.CellViews);
        yield return Parse("envelope, body of 972 bytes", parse.LongBodies);
        yield return Parse("envelope, body of 32 bytes", parse.ShortBodies);
        yield return Parse("envelope, hostile bytes", parse.Garbage);

        LookUpBench lookUp = new();
        lookUp.Setup();
        yield return LookUp("one at a time, hit", lookUp.SingleHits);
        yield return LookUp("one at a time, miss", lookUp.SingleMisses);
        yield return LookUp("batch, hit", lookUp.BatchHits);
        yield return LookUp("batch, miss", lookUp.BatchMisses);

        yield return Forward("1 hop", 1, CellMix.Routed, CellRole.ClientPort);
        yield return Forward("16 hops", 16, CellMix.Routed, CellRole.ClientPort);
        yield return Forward("256 hops", 256, CellMix.Routed, CellRole.ClientPort);
        yield return Forward("delivered to attached clients", 1, CellMix.Local, CellRole.NodePort);
        yield return Forward("dropped, unknown destination", 1, CellMix.Unknown, CellRole.ClientPort);
        yield return Forward("dropped, crossed route", 1, CellMix.Routed, CellRole.NodePort);
    }

    /// <summary>What the gate must report.</summary>
    public static GateCheck Allocating()
    {
        LookUpBench lookUp = new();
        lookUp.Setup();
        object? kept = null;
        return LookUp("self-check", () =>
        {
            for (int index = 0; index < LookUpBench.Count; index++)
                Volatile.Write(ref kept, new object());
            return lookUp.BatchHits();
        });
    }

    private static GateCheck Parse(string name, Func<int> operate) =>
        Repeat($"parse: {name}", "cells", ParseBench.Count, operate);

    private static GateCheck LookUp<T>(string name, Func<T> operate) =>
        Repeat($"look-up: {name}", "look-ups", LookUpBench.Count, operate);

    private static GateCheck Forward(string name, int hops, CellMix mix, CellRole role)
    {
        ForwardScene scene = new(hops, mix, role);
        return new GateCheck(
            $"forward: {name}",
            "cells",
            operations =>
            {
                long done = 0;
                for (; done < operations; done += ForwardScene.BatchCells)
                    scene.Forward();
                return done;
            },
            ForwardedCells,
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
        },
        Cheap);
}
