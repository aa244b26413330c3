using Mono.Cecil;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>STYLE: everything has a named limit; no unbounded queue.</summary>
public sealed class QueueTests
{
    private static readonly string[] _unbounded =
    [
        "System.Collections.Concurrent.ConcurrentQueue`1", "System.Collections.Concurrent.ConcurrentStack`1",
        "System.Collections.Concurrent.ConcurrentBag`1", "System.Collections.Concurrent.BlockingCollection`1",
        "System.Collections.Concurrent.ConcurrentDictionary`2",
    ];

    private static readonly Exemption[] _exemptions =
    [
        new("ConetClient", "Channel.CreateUnbounded",
            "counted: no more than ConetClientOptions.InboxMessagesMax"),
        new("ConetClient", "ConcurrentQueue",
            "datagrams: ClientLimits.DatagramsMax; commands: one a waiting caller"),
        new("ConetClient", "ConcurrentBag",
            "buffers that the queue of datagrams gave back: no more than it holds"),
        new("MirrorDirectory", "ConcurrentDictionary", "emptied at CheckedMax entries"),
    ];

    [Fact]
    public void Queues_between_threads_are_bounded() => Findings.None(
        "A queue between threads has a named limit; one that grows by itself is listed with what bounds it.",
        Exemption.Judge(Uses(), _exemptions));

    private static IEnumerable<(TypeDefinition Type, string Member)> Uses() =>
        from type in Universe.OfSource.Types
        from method in type.Methods
        from member in Assemblies.Uses.OfBody(method)
        where member is MethodReference
        let owner = member.DeclaringType.GetElementType()
        let isConstructed = member.Name == ".ctor" && _unbounded.Contains(owner.FullName)
        let isChannel = owner.FullName == "System.Threading.Channels.Channel"
            && member.Name == "CreateUnbounded"
        where isConstructed || isChannel
        select (type, isChannel ? "Channel.CreateUnbounded" : owner.Name.Split('`')[0]);
}
