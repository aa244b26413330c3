using System.Net;
using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

// usage: Forwarder ROUTES CLIENT NODE: two IP:PORT to listen at; a line of ROUTES is "0xADDRESS IP:PORT"
Dictionary<Address, int> routes = [];
List<UdpEndpoint> neighbours = [];
EndpointTable hops = new(capacity: 1_024, developmentChain: true); // true: loopback may be sent to
foreach (string[] line in File.ReadLines(args[0]).Select(line => line.Split(' ')))
{
    if (!Address.TryParseHex(line[0], out Address address)
        || !UdpEndpoint.TryParse(line[^1], out UdpEndpoint endpoint))
        throw new FormatException($"{args[0]}: no route: {string.Join(' ', line)}");
    if (!neighbours.Contains(endpoint))
        neighbours.Add(endpoint);
    routes[address] = neighbours.IndexOf(endpoint);
    hops.TrySet(routes[address], endpoint);
}

byte[] own = NodeAddress.Own(new NodeId(7)).ToArray();
byte[] seed = RandomNumberGenerator.GetBytes(LocalTable.SeedSize);
LocalTable attached = new(capacity: 1_024, seed); // addressees whose cells end here: none yet
EndpointTable clients = new(capacity: 1_024, developmentChain: true);
CellQueue control = new(capacity: 1_024); // cells to the node itself; nobody reads them yet

int cores = Environment.ProcessorCount;
var sockets = CellSocketPair.Open(IPEndPoint.Parse(args[1]), IPEndPoint.Parse(args[2]), cores);
Console.WriteLine($"clients at {sockets[0].Client.LocalEndpoint}, nodes at {sockets[0].Node.LocalEndpoint}");
var workers = sockets.Select((pair, number) => new UdpWorkerThread<FileRoutes>(number, new UdpWorkerOptions
{
    ClientSocket = pair.Client, NodeSocket = pair.Node, OwnAddress = own, DevelopmentChain = true,
    Locals = attached, LocalEndpoints = clients, HopEndpoints = hops,
    ControlQueue = control, ControlGate = new ControlGate(seed),
}, new FileRoutes(routes), WorkerCores.Of(number, cores))).ToList();
workers.ForEach(worker => worker.Start());

using ManualResetEventSlim stop = new();
Console.CancelKeyPress += (_, signal) => { signal.Cancel = true; stop.Set(); };
long Sum(Func<ForwardingCounters, ulong> count) => workers.Sum(w => (long)count(w.Counters));
while (!stop.Wait(TimeSpan.FromSeconds(1)))
    Console.WriteLine($"forwarded {Sum(c => c.Forwarded)}, dropped {Sum(c => c.DroppedInAll())}");
workers.ForEach(worker => worker.Stop());

/// <summary>Your own routes: a struct, so that calls are direct; here over a dictionary.</summary>
internal readonly struct FileRoutes(Dictionary<Address, int> hops) : IRouteLookup
{
    public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> found)
    {
        for (int i = 0; i < offsets.Length; i++)
        {
            Address destination = new(cells.Slice(offsets[i], Address.Size));
            found[i] = hops.TryGetValue(destination, out int hop) ? hop : NoHop.UnknownDestination;
        }
    }
}
