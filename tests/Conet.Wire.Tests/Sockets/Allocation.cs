namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// Bytes allocated by code that calls the system. The runtime allocates a few itself whenever it compiles
/// such a call anew, which it does at times of its own; so one of several series has to be free of any, which
/// code that allocates per round never is.
/// </summary>
internal static class Allocation
{
    private const int Rounds = 200;
    private const int SeriesMax = 20;

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
