using System.Globalization;

namespace Conet.Bench.Forward.Variants;

/// <summary>The same forwarding in C: bench/reference/forwarder.c.</summary>
/// <param name="name">The variant's name.</param>
/// <param name="mode">The program's first argument.</param>
internal sealed class ReferenceVariant(string name, string mode) : Variant
{
    private const string Seed = "1";

    public override string Name => name;

    public override bool IsMain => true;

    public override string? WhyNot(ForwardPlan plan, ForwardLoad load) =>
        Reference.Path is null ? "gcc is not installed" : null;

    public override StartedVariant Start(Stand stand)
    {
        Topology topology = stand.Topology;
        string[] command =
        [
            Reference.Path!, mode, topology.ForwarderAddress, Text(stand.Port), topology.FirstHop,
            Text(Stand.HearPort), Text(stand.Plan.Routes), Text(stand.Load.Hops), Seed,
        ];
        ToolProcess forwarder = new(name, topology.AtForwarder(command));
        try
        {
            ToolProcess generator = stand.StartGenerator(stand.Entry, stand.FromAllSources());
            return new StartedVariant(this, stand, generator)
            {
                Parts = [forwarder],
                Processes = [forwarder.Id],
            };
        }
        catch
        {
            forwarder.Dispose();
            throw;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
