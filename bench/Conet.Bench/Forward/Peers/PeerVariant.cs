using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward.Peers;

/// <summary>Somebody else's forwarder: one program of one package.</summary>
internal abstract class PeerVariant : Variant
{
    public override bool IsPeer => true;

    /// <summary>The programs it needs, and the packages of Debian that bring them.</summary>
    protected abstract IReadOnlyList<(string Program, string Package)> Needs { get; }

    /// <summary>Whether it needs namespaces, and cannot be put between two ports of one machine.</summary>
    protected virtual bool NeedsNamespaces => true;

    /// <summary>Most sources it can be measured with.</summary>
    protected virtual int SourcesMax => 1;

    public override string? WhyNot(ForwardPlan plan, ForwardLoad load)
    {
        string[] missing = [.. Needs.Where(need => !IsInstalled(need.Program)).Select(need => need.Package)];
        if (missing.Length != 0)
            return $"apt-get install {string.Join(' ', missing.Distinct())}";
        if (NeedsNamespaces && plan.Model == LinkModel.Loopback)
            return "it needs namespaces";
        if (load.Hops != 1)
            return "it has one fixed next hop";
        return load.Sources <= SourcesMax ? null : $"it is set up for {SourcesMax} sources at most";
    }

    /// <summary>Starts a program at the forwarder's place, and a generator that sends to it.</summary>
    /// <param name="stand">Where.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="extra">More of the generator's options.</param>
    protected StartedVariant StartRelay(Stand stand, string[] command, params string[] extra)
    {
        PeerProcess process = new(Name, stand.Topology.AtForwarder, command);
        try
        {
            process.WaitForUdp(stand.Port);
            string[] options = [.. stand.FromAllSources(), .. extra];
            return new StartedVariant(this, stand, stand.StartGenerator(stand.Entry, options))
            {
                Parts = [process],
                Processes = [process.Id],
            };
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Whether a program, or a file by its full path, is there.</summary>
    private static bool IsInstalled(string program)
    {
        if (Path.IsPathRooted(program))
            return File.Exists(program);
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':').Concat(["/usr/sbin", "/sbin"])
            .Any(folder => File.Exists(Path.Combine(folder, program)));
    }
}
