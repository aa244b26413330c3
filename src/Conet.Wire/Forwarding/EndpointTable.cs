namespace Conet.Wire.Forwarding;

/// <summary>
/// Endpoints by a small index: next hops by hop, attached clients by handle. An endpoint that must never be
/// sent to is not taken, so nothing has to be checked per cell. Readers take no lock and see a whole endpoint
/// or none; writers replace one at a time, from any thread.
/// </summary>
public sealed class EndpointTable
{
    private readonly Slot?[] _slots;
    private readonly bool _developmentChain;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">Indexes are 0 to this, exclusive.</param>
    /// <param name="developmentChain">Whether loopback and private addresses may be sent to.</param>
    public EndpointTable(int capacity, bool developmentChain)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _slots = new Slot?[capacity];
        _developmentChain = developmentChain;
    }

    /// <summary>Indexes are 0 to this, exclusive.</summary>
    public int Capacity => _slots.Length;

    /// <summary>
    /// Reads an endpoint; false for none and for an index out of range. Wait-free, allocates nothing.
    /// </summary>
    public bool TryGet(int index, out UdpEndpoint endpoint)
    {
        Slot? slot = (uint)index < (uint)_slots.Length ? Volatile.Read(ref _slots[index]) : null;
        endpoint = slot is null ? default : slot.Endpoint;
        return slot is not null;
    }

    /// <summary>
    /// Sets an endpoint. False, and the index has none, if it must never be sent to
    /// (<see cref="UdpEndpoint.IsForbiddenTarget"/>).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is out of range.</exception>
    public bool TrySet(int index, in UdpEndpoint endpoint)
    {
        ThrowIfOutOfRange(index);
        bool allowed = !endpoint.IsForbiddenTarget(_developmentChain);
        Volatile.Write(ref _slots[index], allowed ? new Slot(endpoint) : null);
        return allowed;
    }

    /// <summary>Takes an endpoint away.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is out of range.</exception>
    public void Clear(int index)
    {
        ThrowIfOutOfRange(index);
        Volatile.Write(ref _slots[index], null);
    }

    private void ThrowIfOutOfRange(int index)
    {
        if ((uint)index >= (uint)_slots.Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, $"Indexes are 0 to {_slots.Length - 1}.");
        }
    }

    private sealed class Slot(in UdpEndpoint endpoint)
    {
        public readonly UdpEndpoint Endpoint = endpoint;
    }
}
