using System.Text.RegularExpressions;
using Conet.Client;
using Conet.Host.Node;
using Conet.Wire.Forwarding;

namespace Conet.Repository.Tests.Documents;

/// <summary>Whoever sees a counter grow finds out what it means.</summary>
public sealed class OperatingTests
{
    private const string Page = "docs/OPERATING.md";

    public static TheoryData<Type> Reasons => [typeof(DropReason), typeof(ControlDrop), typeof(ClientDrop)];

    [SkippableTheory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_for_a_drop_is_explained(Type reasons)
    {
        Skip.IfNot(Checkout.Has(Page), $"{Page} is not written yet");
        string text = Checkout.Read(Page);
        Findings.None(
            $"{Page} explains every {reasons.Name} under the name that the metrics have.",
            from name in Enum.GetNames(reasons)
            where name != "None"
            let metric = Regex.Replace(name, "(?<=.)(?=[A-Z])", "_").ToLowerInvariant()
            where !text.Contains($"`{metric}`", StringComparison.Ordinal)
            select $"`{metric}`");
    }
}
