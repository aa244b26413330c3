using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// <see cref="ILocalAddressees"/> over the tables the workers read. Places that were given back are taken
/// again in the order they came back, so that a worker that looked a place up just before does not meet
/// another client there. One thread.
/// </summary>
public sealed class AttachedEndpoints : ILocalAddressees
{
    private readonly LocalTable _addresses;
    private readonly EndpointTable _endpoints;
    private readonly Queue<int> _free;

    /// <summary>Works on both tables; must be their only writer.</summary>
    public AttachedEndpoints(LocalTable addresses, EndpointTable endpoints)
    {
        _addresses = addresses;
        _endpoints = endpoints;
        _free = new Queue<int>(Enumerable.Range(0, endpoints.Capacity));
    }

    /// <inheritdoc/>
    public bool TryAddEndpoint(in UdpEndpoint endpoint, out int place)
    {
        if (!_free.TryDequeue(out place))
            return false;
        if (_endpoints.TrySet(place, endpoint))
            return true;
        _free.Enqueue(place);
        return false;
    }

    /// <inheritdoc/>
    public void MoveEndpoint(int place, in UdpEndpoint endpoint) => _endpoints.TrySet(place, endpoint);

    /// <inheritdoc/>
    public void RemoveEndpoint(int place)
    {
        _endpoints.Clear(place);
        _free.Enqueue(place);
    }

    /// <inheritdoc/>
    public bool TrySet(in Address address, int place)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return _addresses.TrySet(bytes, place);
    }

    /// <inheritdoc/>
    public void Remove(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        _addresses.Remove(bytes);
    }
}
