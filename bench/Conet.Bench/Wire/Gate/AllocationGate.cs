using System.Diagnostics;

namespace Conet.Bench.Wire.Gate;

/// <summary>
/// Counts the managed bytes that parse and look-up take over a million operations each, and forwarding over
/// ten million cells sent on or dropped: none, or the gate fails. No times, so a busy machine changes
/// nothing. It also measures something that does allocate: a gate that cannot fail is worth nothing.
/// </summary>
internal static class AllocationGate
{
    private const long WarmUpOperations = 100_000;
    private const int Routes = 100_000;

    /// <summary>Prints a line per check and returns an exit code.</summary>
    public static int Run(TextWriter results)
    {
        RouteScene.Size = Routes;
        Stopwatch elapsed = Stopwatch.StartNew();
        int failures = 0;
        foreach (GateCheck check in GateChecks.All())
        {
            using (check.Scene)
                failures += Report(results, check.Name, check.Item, Measure(check));
        }

        failures += ReportWorker(results);
        failures += ReportSelfCheck(results);
        results.WriteLine(failures == 0
            ? $"nothing allocates ({elapsed.Elapsed.TotalSeconds:0} s)"
            : $"{failures} checks failed");
        return failures == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static AllocationCount Measure(GateCheck check)
    {
        check.Operate(WarmUpOperations);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long operations = check.Operate(check.Operations);
        return new AllocationCount(operations, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int Report(TextWriter results, string name, string item, AllocationCount count)
    {
        bool isFine = count.Bytes == 0;
        string verdict = isFine ? "ok  " : "FAIL";
        results.WriteLine($"{verdict}  {name}: {count.Bytes} bytes over {count.Operations} {item}");
        return isFine ? 0 : 1;
    }

    private static int ReportWorker(TextWriter results)
    {
        const string Name = "worker on loopback";
        using WorkerScene scene = new();
        if (scene.Measure() is { } count)
            return Report(results, Name, "cells", count);
        results.WriteLine($"FAIL  {Name}: too few cells came through in time; {scene.Describe()}");
        return 1;
    }

    private static int ReportSelfCheck(TextWriter results)
    {
        AllocationCount count = Measure(GateChecks.Allocating());
        bool isSeen = count.Bytes >= count.Operations;
        results.WriteLine(isSeen
            ? $"ok    self-check: a look-up that allocates is reported ({count.Bytes} bytes)"
            : $"FAIL  self-check: a look-up that allocates went unseen ({count.Bytes} bytes)");
        return isSeen ? 0 : 1;
    }
}
