using System.Globalization;

namespace Conet.Bench.Forward;

/// <summary>Time that processes and kernel threads were on a core.</summary>
internal static class CpuTime
{
    /// <summary>Seconds of some processes, all their threads together.</summary>
    public static double Of(IEnumerable<int> processes) => processes.Sum(Of);

    private static double Of(int process)
    {
        double sum = 0;
        try
        {
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                string first = File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0];
                sum += double.Parse(first, CultureInfo.InvariantCulture) / 1e9;
            }
        }
        catch (IOException)
        {
            // A thread that ended meanwhile; what it used is lost.
        }

        return sum;
    }
}
