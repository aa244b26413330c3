using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Conet.Bench;

/// <summary>What a figure was measured on.</summary>
internal static class Machine
{
    private const string CpuInfo = "/proc/cpuinfo";
    private const string LoadAverage = "/proc/loadavg";

    /// <summary>Processor, cores, kernel and runtime in a line.</summary>
    public static string Line { get; } = string.Join(
        ", ",
        Processor(),
        $"{Environment.ProcessorCount} cores",
        Kernel(),
        RuntimeInformation.FrameworkDescription);

    /// <summary>The widest vectors that the JIT uses, in bits; 0 with intrinsics off.</summary>
    public static int VectorBits { get; } =
        Vector512.IsHardwareAccelerated ? 512
        : Vector256.IsHardwareAccelerated ? 256
        : Vector128.IsHardwareAccelerated ? 128
        : 0;

    /// <summary>
    /// Processes that wanted to run in the last minute, on average; -1 if the system does not say.
    /// </summary>
    public static double Load()
    {
        if (!File.Exists(LoadAverage))
            return -1;
        string first = File.ReadAllText(LoadAverage).Split(' ')[0];
        return double.TryParse(first, CultureInfo.InvariantCulture, out double load) ? load : -1;
    }

    private static string Processor()
    {
        IEnumerable<string> lines = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo) : [];
        string? model = lines.FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return model is null ? RuntimeInformation.ProcessArchitecture.ToString() : model.Split(':')[1].Trim();
    }

    private static string Kernel()
    {
        Version version = Environment.OSVersion.Version;
        return OperatingSystem.IsLinux()
            ? $"Linux {version.Major}.{version.Minor}"
            : RuntimeInformation.OSDescription;
    }
}
