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
            $"{Page} explains every {reasons.Name} under the name that its reader sees.",
            from name in Enum.GetNames(reasons)
            where name != "None"
            let shown = reasons == typeof(ClientDrop) ? name : MetricOf(name)
            where !text.Contains($"`{shown}`", StringComparison.Ordinal)
            select $"`{shown}`");
    }

    /// <summary>A node's counters carry the reason in snake case; a client's are read by programs.</summary>
    private static string MetricOf(string name) =>
        Regex.Replace(name, "(?<=.)(?=[A-Z])", "_").ToLowerInvariant();
}
