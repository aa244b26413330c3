namespace Conet.Bench.Forward.Variants;

/// <summary>
/// One way to forward: how it is started, and where it cannot be compared. A new one is a type of its own
/// and a line in <see cref="VariantList"/>.
/// </summary>
internal abstract class Variant
{
    /// <summary>Its name on the command line, in tables and in JSON.</summary>
    public abstract string Name { get; }

    /// <summary>Measured only with --peers or by name.</summary>
    public virtual bool IsPeer => false;

    /// <summary>Measured at every point of a full run, not just the main ones.</summary>
    public virtual bool IsMain => false;

    /// <summary>What it does less, or differently, than a node; null if nothing.</summary>
    public virtual string? Note => null;

    /// <summary>Why it cannot be measured here or under this load; null if it can.</summary>
    public virtual string? WhyNot(ForwardPlan plan, ForwardLoad load) => null;

    /// <summary>Starts it. It should take no core while no cells come.</summary>
    /// <exception cref="ForwardException">It does not start.</exception>
    public abstract StartedVariant Start(Stand stand);
}
