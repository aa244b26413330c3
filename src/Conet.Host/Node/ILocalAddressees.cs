using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// What the forwarder knows of attached clients: places for their endpoints, and the addresses that lead
/// there. Changed by the control thread alone; readers are the workers, without locks.
/// </summary>
public interface ILocalAddressees
{
    /// <summary>Takes a place for a client's endpoint. False if there is none left.</summary>
    bool TryAddEndpoint(in UdpEndpoint endpoint, out int place);

    /// <summary>The client is elsewhere now.</summary>
    void MoveEndpoint(int place, in UdpEndpoint endpoint);

    /// <summary>Gives a place back. Every address that leads there must have been removed.</summary>
    void RemoveEndpoint(int place);

    /// <summary>
    /// Lets an address lead to a place, whatever it led to before. False if the table is full.
    /// </summary>
    bool TrySet(in Address address, int place);

    /// <summary>The address leads nowhere from now on.</summary>
    void Remove(in Address address);
}
