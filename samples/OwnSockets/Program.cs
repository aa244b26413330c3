using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

// usage: OwnSockets IP:PORT NEIGHBOUR...: each neighbour has an equal share of the addresses, in order
const int Batch = 64, Slot = 1_280; // longer than a cell, so that a longer datagram shows
SocketAddress[] neighbours = [.. args[1..].Select(text => IPEndPoint.Parse(text).Serialize())];
using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
socket.Bind(IPEndPoint.Parse(args[0]));
Console.WriteLine($"clients at {socket.LocalEndPoint}");

byte[] own = NodeAddress.Own(new NodeId(7)).ToArray();
LocalTable attached = new(capacity: 1, RandomNumberGenerator.GetBytes(LocalTable.SeedSize));
ForwardingCounters counters = new(neighbours.Length);
Forwarder<ByFirstByte> forwarder = new(
    new() { OwnAddress = own, HopsMax = neighbours.Length, CellsMax = Batch }, attached, counters);
bool isStopping = false;
Console.CancelKeyPress += (_, signal) => { signal.Cancel = true; Volatile.Write(ref isStopping, true); };
using Timer report = new(_ => Console.WriteLine(
    $"forwarded {counters.Forwarded}, dropped {counters.DroppedInAll()}"), null, 1_000, 1_000);
byte[] cells = new byte[Batch * Slot];
int[] offsets = new int[Batch];
while (!Volatile.Read(ref isStopping))
{
    int count = 0;
    for (int turn = 0; turn < Batch && socket.Poll(turn == 0 ? 200_000 : 0, SelectMode.SelectRead); turn++)
    {
        offsets[count] = count * Slot;
        if (socket.Receive(cells.AsSpan(offsets[count], Slot), SocketFlags.None, out _) == CellLayout.Size)
            count++;
        else
            counters.CountDropped(DropReason.WrongSize, 1);
    }

    forwarder.Forward(new(neighbours.Length), cells, offsets.AsSpan(0, count), CellRole.ClientPort);
    for (int bucket = 0; bucket < forwarder.Forwards.Count; bucket++)
    {
        SocketAddress to = neighbours[forwarder.Forwards.KeyOf(bucket)];
        foreach (int cell in forwarder.Forwards.CellsOf(bucket))
        {
            ReadOnlySpan<byte> bytes = cells.AsSpan(offsets[cell], CellLayout.Size);
            try { socket.SendTo(bytes, SocketFlags.None, to); counters.CountForwarded(1); }
            catch (SocketException) { counters.CountDropped(DropReason.SendFailed, 1); }
        }
    }
}

/// <summary>Your own routes: a struct, so that the calls are direct.</summary>
internal readonly struct ByFirstByte(int neighbours) : IRouteLookup
{
    public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops)
    {
        for (int i = 0; i < offsets.Length; i++)
            hops[i] = cells[offsets[i]] * neighbours / 256;
    }
}
