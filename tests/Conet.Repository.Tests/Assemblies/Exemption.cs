using Mono.Cecil;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>A place that may do what the rule forbids, and why.</summary>
/// <param name="Type">Name of the outermost type, without namespace.</param>
/// <param name="Member">What it uses: type, or type and member.</param>
/// <param name="Reason">Why that is right.</param>
internal sealed record Exemption(string Type, string Member, string Reason)
{
    /// <summary>
    /// Offences without an exemption, and exemptions without an offence: a list of excuses that only grows is
    /// worth nothing.
    /// </summary>
    public static IEnumerable<string> Judge(
        IEnumerable<(TypeDefinition Type, string Member)> uses, IReadOnlyList<Exemption> exemptions)
    {
        (string Type, string Member)[] found =
            [.. uses.Select(use => (Universe.Outermost(use.Type).Name.Split('`')[0], use.Member)).Distinct()];
        IEnumerable<string> offences =
            from use in found
            where !exemptions.Any(exemption => exemption.Type == use.Type && exemption.Member == use.Member)
            select $"{use.Type} uses {use.Member}";
        IEnumerable<string> idle =
            from exemption in exemptions
            where !found.Contains((exemption.Type, exemption.Member))
            select $"{exemption.Type} no longer uses {exemption.Member}: take the exemption out";
        return offences.Concat(idle);
    }
}
