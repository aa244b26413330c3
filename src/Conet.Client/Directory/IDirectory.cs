using System.Diagnostics.CodeAnalysis;
using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>
/// Where wallets and nodes are found. Called from the client's own thread and from callers' threads at once;
/// answers come from memory and do not block.
/// </summary>
public interface IDirectory
{
    /// <summary>All nodes a client may use, by id.</summary>
    IReadOnlyList<NodeInfo> Nodes { get; }

    /// <summary>Finds the live route of a wallet.</summary>
    bool TryGetRoute(in Address wallet, [NotNullWhen(true)] out RouteInfo? route);

    /// <summary>Finds a node that may be used.</summary>
    bool TryGetNode(NodeId id, [NotNullWhen(true)] out NodeInfo? node);
}
