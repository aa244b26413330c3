using Conet.Bench.Forward;
using Conet.Bench.Routing;
using Conet.Bench.Wire;

namespace Conet.Bench;

/// <summary>Every benchmark there is; a new one is one more line.</summary>
internal static class Benchmarks
{
    public static IReadOnlyList<IBenchmark> All { get; } =
        [new WireBenchmark(), new ForwardBenchmark(), new RoutingBenchmark()];

    public static IBenchmark? Find(string name) => All.FirstOrDefault(candidate => candidate.Name == name);
}
