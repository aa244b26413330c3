using Conet.Bench.Forward.Peers;

namespace Conet.Bench.Forward.Variants;

/// <summary>Every way to forward there is; a new one is one more line.</summary>
internal static class VariantList
{
    public static IReadOnlyList<Variant> All { get; } =
    [
        new DirectVariant(),
        new ConetVariant("conet-gro", "LinuxSegmented"),
        new ConetVariant("conet-uring", "LinuxRing"),
        new ConetVariant("conet-gso", "LinuxSendSegmented"),
        new ConetVariant("conet-mmsg", "LinuxBatched"),
        new ConetVariant("conet-socket", "Portable"),
        new XdpVariant(),
        new ReferenceVariant("c-gro", "gro"),
        new ReferenceVariant("c-mmsg", "mmsg"),
        new KernelVariant("kernel", merges: false),
        new KernelVariant("kernel-gro", merges: true),
        new CoturnVariant(),
        new NginxVariant(),
        new RinetdVariant(),
        new SocatVariant(),
        new YggdrasilVariant(),
        new WireguardVariant(),
        new TincVariant(),
    ];

    /// <summary>Whether there is a variant of that name.</summary>
    public static bool IsKnown(string name) => All.Any(variant => variant.Name == name);

    /// <summary>The variants of a plan that work here under a load; says why the others do not.</summary>
    public static IReadOnlyList<Variant> Choose(ForwardPlan plan, ForwardPoint point, TextWriter progress)
    {
        List<Variant> chosen = [];
        bool isSaid = !plan.IsTimed || point == plan.Points[0];
        foreach (Variant variant in All.Where(variant => plan.Wants(variant, point)))
        {
            string? reason = variant.WhyNot(plan, point.Load);
            if (reason is null)
                chosen.Add(variant);
            else if (isSaid)
                progress.WriteLine($"bench: {variant.Name} is left out: {reason}");
        }

        return chosen;
    }

    /// <summary>Starts variants. One that does not start is left out, with the reason.</summary>
    public static List<StartedVariant> Start(
        IReadOnlyList<Variant> variants, Func<int, Stand> standOf, TextWriter progress)
    {
        List<StartedVariant> started = [];
        try
        {
            foreach (Variant variant in variants)
            {
                progress.WriteLine($"bench: starting {variant.Name}");
                try
                {
                    started.Add(variant.Start(standOf(IndexOf(variant))));
                }
                catch (ForwardException error) when (variant.IsPeer)
                {
                    progress.WriteLine($"bench: {variant.Name} is left out: {error.Message}");
                }
            }

            return started;
        }
        catch
        {
            started.ForEach(variant => variant.Dispose());
            throw;
        }
    }

    private static int IndexOf(Variant variant) =>
        All.TakeWhile(known => !ReferenceEquals(known, variant)).Count();
}
