using Mono.Cecil;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>
/// STYLE: the core owns no socket, thread, clock, randomness or file; now, seeds and buffers are arguments.
/// So one simulation can run a whole network of the production code from a seed.
/// </summary>
public sealed class CoreTests
{
    /// <summary>Namespaces whose every type is core.</summary>
    private static readonly string[] _spaces =
    [
        "Conet.Wire.Addresses", "Conet.Wire.Bodies", "Conet.Wire.Cells", "Conet.Wire.Forwarding",
        "Conet.Wire.Sealing", "Conet.Routing.Tables", "Conet.Client.Core",
    ];

    /// <summary>State machines beside their drivers.</summary>
    private static readonly string[] _machines =
    [
        "ChainMirror", "HomeControl", "ProbeTracker", "ControlPlane", "HopDirector", "ControlBudget",
        "PrefixShares",
        "ClientCore", "FragmentSender", "FragmentAssembler", "ReplayMemory", "Forwarder`1",
    ];

    private static readonly string[] _bannedTypes =
    [
        "System.Threading.Thread", "System.Threading.ThreadPool", "System.Threading.Timer",
        "System.Threading.Tasks.Task", "System.Threading.Monitor", "System.Threading.Lock",
        "System.TimeProvider",
        "System.Diagnostics.Stopwatch", "System.Random", "System.Security.Cryptography.RandomNumberGenerator",
        "System.IO.File", "System.IO.FileStream", "System.IO.Directory", "System.Console",
    ];

    private static readonly string[] _bannedSpaces = [
        "System.Net.Sockets", "System.Net.Http", "System.Net.WebSockets"];

    private static readonly string[] _bannedMembers =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTimeOffset::get_Now",
        "System.DateTimeOffset::get_UtcNow", "System.Environment::get_TickCount",
        "System.Environment::get_TickCount64", "System.Environment::GetEnvironmentVariable",
        "System.Guid::NewGuid",
    ];

    private static readonly Exemption[] _exemptions =
    [
        new("Wallet", "RandomNumberGenerator", "Create: a caller cannot be trusted to bring a good secret"),
        new("SealKey", "RandomNumberGenerator", "Create: the same"),
        new("Hpke", "RandomNumberGenerator",
            "a fresh ephemeral key for each seal; the vectors pass their own"),
        new("MessageId", "RandomNumberGenerator",
            "CreateRandom; the parser and the seal take ids as arguments"),
        new("LocalTable", "Lock", "among its writers alone; readers do not lock"),
        new("HomeSets", "Lock", "the same"),
        new("RouteDetails", "Lock", "the same"),
        new("UdpEndpoint", "AddressFamily", "the number of a family; no socket"),
        new("AnswerQueue", "RandomNumberGenerator", "delays and flags that an observer must not predict"),
        new("ClientAlias", "RandomNumberGenerator", "the secret of an alias"),
        new("HomeAttachment", "RandomNumberGenerator", "return addresses and flags"),
        new("Outbox", "RandomNumberGenerator", "flags"),
        new("OutgoingPlan", "RandomNumberGenerator", "group ids"),
        new("ClientCore", "Stopwatch", "stamps what it delivers, for latency; decides nothing by it"),
    ];

    [Fact]
    public void The_core_owns_no_socket_thread_clock_randomness_or_file() => Findings.None(
        "Pass it in as an argument, or move it to a driver (worker, runner, socket).",
        Exemption.Judge(Uses(), _exemptions));

    [Fact]
    public void Every_state_machine_named_here_exists() => Findings.None(
        "Renamed or gone: mend the list.",
        _machines.Where(name => !Universe.OfSource.Types.Any(type => type.Name == name)));

    private static IEnumerable<(TypeDefinition Type, string Member)> Uses() =>
        from type in Universe.OfSource.Types
        where IsCore(type)
        from method in type.Methods
        from member in Assemblies.Uses.OfBody(method)
        from banned in Banned(member)
        select (type, banned);

    private static bool IsCore(TypeDefinition type) =>
        _spaces.Any(space => Universe.IsIn(type, space)) || _machines.Contains(Universe.Outermost(type).Name);

    private static IEnumerable<string> Banned(MemberReference member)
    {
        string name = $"{member.DeclaringType?.FullName}::{member.Name}";
        if (_bannedMembers.Contains(name))
            yield return $"{member.DeclaringType!.Name}.{member.Name}";
        foreach (TypeReference type in Assemblies.Uses.Of(member))
        {
            if (_bannedTypes.Contains(type.FullName)
                || _bannedSpaces.Any(space => Universe.IsIn(type, space)))
                yield return type.Name;
        }
    }
}
