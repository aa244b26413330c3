using System.Reflection;
using Conet.Client;
using Conet.Host.Node;
using Conet.Routing.Tables;
using Conet.Wire.Cells;

namespace Conet.Repository.Tests.Api;

/// <summary>The assemblies of src/ as a caller sees them, each with its text in the repository.</summary>
internal static class PublicApi
{
    public static readonly IReadOnlyDictionary<string, Assembly> Assemblies = new Dictionary<string, Assembly>
    {
        ["Conet.Wire"] = typeof(CellLayout).Assembly,
        ["Conet.Routing"] = typeof(RouteTable).Assembly,
        ["Conet.Client"] = typeof(ConetClient).Assembly,
        ["Conet.Host"] = typeof(NodeConfig).Assembly,
    };

    /// <summary>
    /// A block for each type, in ordinal order: its head, and an indented line for each member.
    /// </summary>
    public static string TextOf(Assembly assembly) => string.Join('\n', assembly.GetExportedTypes()
        .Where(type => type.Namespace is not null)
        .OrderBy(ApiNames.FullName, StringComparer.Ordinal)
        .Select(type => string.Join('\n', ApiLines.Of(type)) + "\n"));
}
