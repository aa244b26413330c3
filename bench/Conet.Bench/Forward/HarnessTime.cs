namespace Conet.Bench.Forward;

/// <summary>Time that generator and sink used of their cores, to tell whether they are the limit.</summary>
/// <param name="Generator">Seconds.</param>
/// <param name="Sink">Seconds, the kernel's receive thread included.</param>
internal readonly record struct HarnessTime(double Generator, double Sink)
{
    public static HarnessTime operator -(HarnessTime end, HarnessTime start) =>
        new(end.Generator - start.Generator, end.Sink - start.Sink);

    /// <summary>
    /// Cells a second that would keep them busy all the time, if none were lost; 0 if nothing was measured.
    /// </summary>
    /// <param name="sent">Cells that the generator sent in its time.</param>
    /// <param name="heard">Cells that the sink heard in its.</param>
    public double CellsPerSecond(long sent, long heard)
    {
        if (sent == 0 || heard == 0)
            return 0;
        double perSent = Generator / sent;
        double perHeard = Sink / heard;
        double busiest = Cores.Sink == Cores.Generator ? perSent + perHeard : Math.Max(perSent, perHeard);
        return busiest == 0 ? 0 : 1 / busiest;
    }
}
