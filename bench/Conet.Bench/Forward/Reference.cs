namespace Conet.Bench.Forward;

/// <summary>The forwarder in C, compiled for this machine beside this program.</summary>
internal static class Reference
{
    private static readonly Lazy<string?> _path = new(Compile);

    /// <summary>Where it is; null if there is no gcc.</summary>
    public static string? Path => _path.Value;

    private static string? Compile()
    {
        string folder = System.IO.Path.Combine(AppContext.BaseDirectory, "reference");
        string program = System.IO.Path.Combine(folder, "forwarder");
        (int exitCode, _) = Shell.Try(
            "gcc", "-O3", "-march=native", "-o", program, System.IO.Path.Combine(folder, "forwarder.c"));
        return exitCode == 0 ? program : null;
    }
}
