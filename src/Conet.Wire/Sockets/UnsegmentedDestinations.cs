using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>
/// Destinations whose path refused a segmented send: a fixed table, a place by hash. After some buckets a
/// destination is forgotten, so that segmentation is tried again.
/// </summary>
internal sealed class UnsegmentedDestinations
{
    private readonly UdpEndpoint[] _endpoints = new UdpEndpoint[Limits.UnsegmentedDestinationsMax];
    private readonly int[] _bucketsLeft = new int[Limits.UnsegmentedDestinationsMax];
    private int _count;

    public void Add(in UdpEndpoint endpoint)
    {
        int place = PlaceOf(endpoint);
        if (_bucketsLeft[place] == 0)
            _count++;
        _endpoints[place] = endpoint;
        _bucketsLeft[place] = Limits.UnsegmentedBuckets;
    }

    public bool Has(in UdpEndpoint endpoint)
    {
        if (_count == 0)
            return false;
        int place = PlaceOf(endpoint);
        if (_bucketsLeft[place] == 0 || _endpoints[place] != endpoint)
            return false;
        if (--_bucketsLeft[place] == 0)
            _count--;
        return true;
    }

    private static int PlaceOf(in UdpEndpoint endpoint) =>
        (int)((uint)endpoint.GetHashCode() % Limits.UnsegmentedDestinationsMax);
}
