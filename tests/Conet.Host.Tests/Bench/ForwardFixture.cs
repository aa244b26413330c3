namespace Conet.Host.Tests.Bench;

/// <summary>A short run of `./conet bench forward --json`, made up.</summary>
internal static class ForwardFixture
{
    public static IReadOnlyList<string> Lines { get; } =
    [
        Row("conet-gro", 1, 5, 800_000, false, ""),
        Row("c-gro", 1, 5, 800_000, false, ""),
        Row("c-mmsg", 1, 5, 100_000, false, ""),
        Row("kernel-gro", 1, 5, 1_400_000, true, ""","note":"IP forwarding" """),
        Row("coturn", 1, 5, 80_000, false, ""","note":"one channel" """),
        Row("conet-gro", 16, 2, 640_000, false, ""),
        Row("c-gro", 16, 2, 640_000, false, ""),
        Row("c-mmsg", 16, 2, 100_000, false, ""),
    ];

    private static string Row(
        string variant, int hops, int rounds, int rate, bool isGeneratorBound, string note) =>
        $$"""
        {"benchmark":"forward","variant":"{{variant}}","model":"nic","sources":1,"hops":{{hops}},
        "routes":1000000,
        "lossless_cells_per_s":{{rate}},"lossless_01_cells_per_s":{{rate / 2}},
        "overload_cells_per_s":{{rate}},
        "offered_cells_per_s":{{rate * 2}},"generator_bound":{{(isGeneratorBound ? "true" : "false")}},
        "cells_per_cpu_s":{{rate}},"p50_us":60,"p99_us":150,"p999_us":400,"p50_at_1000_per_s_us":20,
        "p99_at_1000_per_s_us":50,"p999_at_1000_per_s_us":90,"bytes_allocated":0,"faulty_cells":0,
        "rounds":{{rounds}},"spread":0.02,"load_average":0.1,"machine":"an example"{{note}}}
        """.Replace("\n", "");
}
