namespace Conet.Bench.Forward;

/// <summary>Programs in C, compiled for this machine beside this program.</summary>
internal static class Reference
{
    private static readonly Lazy<string?> _forwarder = new(() => Compile("forwarder"));

    /// <summary>The forwarder; null if there is no gcc.</summary>
    public static string? Path => _forwarder.Value;

    /// <summary>Compiles one of bench/reference; null if there is no gcc.</summary>
    public static string? Compile(string name)
    {
        string folder = System.IO.Path.Combine(AppContext.BaseDirectory, "reference");
        string program = System.IO.Path.Combine(folder, name);
        (int exitCode, _) = Shell.Try("gcc", "-O3", "-march=native", "-o", program, $"{program}.c");
        return exitCode == 0 ? program : null;
    }
}
