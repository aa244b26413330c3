using Conet.Wire.Forwarding;

namespace Conet.Wire.Tests.Forwarding;

/// <summary>
/// The table of docs/SPEC.md, section 10, a cell at a time and with dictionaries: the twin that the forwarder
/// is compared with.
/// </summary>
internal sealed class SlowForwarder
{
    public required string Own { get; init; }

    public required int Hops { get; init; }

    public required int Handles { get; init; }

    public required int SelfHop { get; init; }

    public Dictionary<string, int> Locals { get; } = [];

    public Dictionary<string, int> Routes { get; } = [];

    public Dictionary<DropReason, ulong> Drops { get; } = [];

    public SortedDictionary<int, List<int>> Forwards { get; } = [];

    public SortedDictionary<int, List<int>> Deliveries { get; } = [];

    public List<int> Control { get; } = [];

    public void Forward(IReadOnlyList<byte[]> destinations, CellRole role)
    {
        Forwards.Clear();
        Deliveries.Clear();
        Control.Clear();
        for (int cell = 0; cell < destinations.Count; cell++)
            Decide(cell, Convert.ToHexString(destinations[cell]), role);
    }

    private void Decide(int cell, string destination, CellRole role)
    {
        if (destination == Own)
            Control.Add(cell);
        else if (Locals.TryGetValue(destination, out int handle))
            Deliver(cell, handle);
        else if (role == CellRole.NodePort)
            Drop(IsAtHomeHere(destination) ? DropReason.AddresseeAbsent : DropReason.CrossedRoute);
        else if (!Routes.TryGetValue(destination, out int hop))
            Drop(DropReason.UnknownDestination);
        else if (hop >= 0 && hop == SelfHop)
            Drop(DropReason.NextHopIsSelf);
        else if (hop >= Hops)
            Drop(DropReason.NextHopUnreachable);
        else if (hop >= 0)
            Put(Forwards, hop, cell);
        else
            Drop(ReasonOf(hop));
    }

    private void Deliver(int cell, int handle)
    {
        if (handle < Handles)
            Put(Deliveries, handle, cell);
        else
            Drop(DropReason.AddresseeAbsent);
    }

    private bool IsAtHomeHere(string destination) =>
        Routes.TryGetValue(destination, out int hop)
        && (hop == NoHop.AddresseeAbsent || (hop >= 0 && hop == SelfHop));

    private static DropReason ReasonOf(int hop) => hop switch
    {
        -2 => DropReason.AddresseeAbsent,
        -3 => DropReason.NextHopUnreachable,
        -4 => DropReason.ForbiddenEndpoint,
        _ => DropReason.UnknownDestination,
    };

    private static void Put(SortedDictionary<int, List<int>> buckets, int key, int cell)
    {
        if (!buckets.TryGetValue(key, out List<int>? cells))
            buckets[key] = cells = [];
        cells.Add(cell);
    }

    private void Drop(DropReason reason) => Drops[reason] = Drops.GetValueOrDefault(reason) + 1;
}
