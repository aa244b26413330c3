using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// Local addressees of a node with an XDP program: an address is left to the socket path before it becomes
/// one, and until it is none any more. One thread.
/// </summary>
internal sealed class XdpAddressees(ILocalAddressees inner, XdpMirror mirror) : ILocalAddressees
{
    private readonly HashSet<Address> _held = [];

    public bool TryAddEndpoint(in UdpEndpoint endpoint, out int place) =>
        inner.TryAddEndpoint(endpoint, out place);

    public void MoveEndpoint(int place, in UdpEndpoint endpoint) => inner.MoveEndpoint(place, endpoint);

    public void RemoveEndpoint(int place) => inner.RemoveEndpoint(place);

    public bool TrySet(in Address address, int place)
    {
        mirror.Hold(address);
        if (inner.TrySet(address, place))
        {
            _held.Add(address);
            return true;
        }

        // The table did not change: an address that it had before it has still.
        if (!_held.Contains(address))
            mirror.Release(address);
        return false;
    }

    public void Remove(in Address address)
    {
        inner.Remove(address);
        _held.Remove(address);
        mirror.Release(address);
    }
}
