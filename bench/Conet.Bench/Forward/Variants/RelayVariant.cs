using Conet.LoadGen.Tools;

namespace Conet.Bench.Forward.Variants;

/// <summary>A relay of Conet.LoadGen that stands ready.</summary>
internal sealed class RelayVariant : StartedVariant
{
    private readonly ToolProcess _relay;

    private RelayVariant(Variant variant, Stand stand, ToolProcess generator, ToolProcess relay)
        : base(variant, stand, generator)
    {
        _relay = relay;
        Parts = [relay];
        Processes = [relay.Id];
    }

    /// <summary>Starts a relay at the forwarder's place, and its generator.</summary>
    public static RelayVariant Start(Variant variant, Stand stand, string[] command)
    {
        ToolProcess relay = new(variant.Name, stand.Topology.AtForwarder(command));
        try
        {
            ToolProcess generator = stand.StartGenerator(stand.Entry, stand.FromAllSources());
            return new RelayVariant(variant, stand, generator, relay);
        }
        catch
        {
            relay.Dispose();
            throw;
        }
    }

    public override RelayReport Take() => _relay.Ask<RelayReport>("take");
}
