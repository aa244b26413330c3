using System.Security.Cryptography;
using Mono.Cecil;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>Who may know of whom: layers of assemblies, and forwarding apart from sealing.</summary>
public sealed class DependencyTests
{
    private const string Forwarding = "Conet.Wire.Forwarding";

    [Fact]
    public void Assemblies_use_only_those_below_them() => Findings.None(
        "Wire <- Routing <- Client <- Host, never the other way.",
        from pair in Universe.OfSource.Modules.Index()
        from reference in pair.Item.AssemblyReferences
        let layer = Array.IndexOf(Universe.Layers, reference.Name)
        where layer >= pair.Index
        select $"{pair.Item.Assembly.Name.Name} uses {reference.Name}");

    /// <summary>The library that others embed needs nothing but .NET and two native libraries.</summary>
    [Fact]
    public void Libraries_reference_nothing_but_dotnet() => Findings.None(
        "Conet.Wire, Conet.Routing and Conet.Client have no package of their own.",
        from module in Universe.OfSource.Modules
        where module.Assembly.Name.Name != "conet"
        from reference in module.AssemblyReferences
        where !reference.Name.StartsWith("System.", StringComparison.Ordinal)
            && !Universe.Layers.Contains(reference.Name)
        select $"{module.Assembly.Name.Name} uses {reference.Name}");

    [Fact]
    public void Forwarding_comes_to_no_sealing_and_no_cryptography()
    {
        Reach reach = Reach.From(Universe.OfSource, type => Universe.IsIn(type, Forwarding), IsCryptography);
        Assert.True(reach.Methods.Count > 50, "the walk met almost nothing");
        Assert.Contains(reach.Methods, name => name.Contains("NodeRoutes`1::Resolve("));
        Findings.None("A forwarder reads 20 bytes; it never opens, verifies or derives.", reach.Offences);
    }

    /// <summary>The whole way of a cell through a node: the sockets and the worker too.</summary>
    [Fact]
    public void The_way_of_a_cell_comes_to_no_sealing_and_no_cryptography() => Findings.None(
        "Receiving, forwarding and sending a cell take no cryptography.",
        Reach.From(
            Universe.OfSource,
            type => Universe.IsIn(type, "Conet.Wire.Sockets")
                || type.Name.StartsWith("WorkerThread", StringComparison.Ordinal),
            IsCryptography).Offences);

    [Fact]
    public void The_walk_finds_what_is_planted()
    {
        Reach reach = Reach.From(
            Universe.WithPlants, type => type.Name == nameof(PlantedForwarding), IsCryptography);
        Assert.Contains(reach.Offences, offence => offence.Contains(nameof(SHA256))
            && offence.Contains("Digest"));
        Assert.Contains(reach.Offences, offence => offence.StartsWith("Conet.Wire.Sealing.SealKey"));
    }

    [Fact]
    public void The_walk_finds_natives_behind_sealing()
    {
        Reach reach = Reach.From(
            Universe.OfSource, type => Universe.IsIn(type, "Conet.Wire.Sealing"),
            type => Universe.IsIn(type, "Conet.Wire.Native"));
        Assert.Contains(reach.Offences, offence => offence.StartsWith("Conet.Wire.Native.X25519"));
    }

    /// <summary>
    /// Random bytes are not counted: some tables draw a seed when they are made, and nothing
    /// is done with it to a cell. Lines of fingerprints and hints to the cache are memory, not secrets.
    /// </summary>
    private static bool IsCryptography(TypeReference type) =>
        Universe.IsIn(type, "Conet.Wire.Sealing")
        || (Universe.IsIn(type, "Conet.Wire.Native") && (type.DeclaringType ?? type).Name is not (
            "CacheLine" or "FingerprintLines" or "FingerprintKey" or "FingerprintDirectory"))
        || (Universe.IsIn(type, "System.Security.Cryptography")
        && type.Name != nameof(RandomNumberGenerator));
}
