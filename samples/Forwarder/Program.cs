using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

byte[] own = new byte[Address.Size];
NodeAddress.Own(new NodeId(7)).CopyTo(own);
LocalTable attached = new(capacity: 1_024, RandomNumberGenerator.GetBytes(LocalTable.SeedSize));
ForwardingCounters counters = new(hopsMax: 2);
Forwarder<ByFirstBit> forwarder = new(new() { OwnAddress = own, HopsMax = 2 }, attached, counters);

byte[] batch = RandomNumberGenerator.GetBytes(3 * CellLayout.Size); // as a socket would bring them
forwarder.Forward(default, batch, [0, CellLayout.Size, 2 * CellLayout.Size], CellRole.ClientPort);
for (int bucket = 0; bucket < forwarder.Forwards.Count; bucket++)
    Console.WriteLine(
        $"hop {forwarder.Forwards.KeyOf(bucket)}: {forwarder.Forwards.CellsOf(bucket).Length} cells");

/// <summary>Your own routes: here two next hops, by the first bit of the destination.</summary>
internal readonly struct ByFirstBit : IRouteLookup
{
    public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops)
    {
        for (int i = 0; i < offsets.Length; i++)
            hops[i] = cells[offsets[i]] >> 7;
    }
}
