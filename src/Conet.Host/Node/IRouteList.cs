using System.Diagnostics.CodeAnalysis;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Host.Node;

/// <summary>
/// The routes of whole addresses in force at one moment, for whoever keeps a copy of them elsewhere. Node
/// prefixes are not among them. Immutable; any thread.
/// </summary>
public interface IRouteList
{
    /// <summary>Every address with a route in force, once, in any order.</summary>
    IEnumerable<KeyValuePair<Address, Homes>> All();

    /// <summary>The homes of an address with a route in force.</summary>
    bool TryGet(in Address address, out Homes homes);

    /// <summary>
    /// Whether it holds the same as an earlier list that was read to its end. False is allowed when it does.
    /// </summary>
    bool IsSameAs(IRouteList earlier);
}
