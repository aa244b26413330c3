namespace Conet.Wire.Tests;

/// <summary>
/// Bytes allocated on this thread. The runtime takes some of its own when it compiles code anew, or when
/// other threads collect, at times nobody chooses; so one of several runs has to be free of any, which code
/// that allocates each time it runs never is.
/// </summary>
internal static class Allocation
{
    private const int Rounds = 200;
    private const int SeriesMax = 20;
    private const int RunsMax = 5;

    /// <summary>Runs the same work a few times; one run at least has to allocate nothing.</summary>
    public static void AssertNone(Action work)
    {
        long allocated = long.MaxValue;
        for (int run = 0; run < RunsMax && allocated != 0; run++)
            allocated = Of(work);
        Assert.Equal(0, allocated);
    }

    /// <summary>Runs rounds, each of which returns the bytes that count.</summary>
    public static void AssertStops(Func<long> round)
    {
        long allocated = long.MaxValue;
        for (int series = 0; series < SeriesMax && allocated != 0; series++)
        {
            allocated = 0;
            for (int count = 0; count < Rounds; count++)
                allocated += round();
        }

        Assert.Equal(0, allocated);
    }

    public static long Of(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
