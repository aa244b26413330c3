using System.Net;

namespace Conet.Wire.Sockets;

/// <summary>
/// The sockets of one worker: one at the client port, one at the node port. Owns both. Several pairs share
/// the two ports, and the system spreads sources over them (SO_REUSEPORT).
/// </summary>
public sealed class CellSocketPair : IDisposable
{
    private CellSocketPair(CellSocket client, CellSocket node)
    {
        Client = client;
        Node = node;
    }

    /// <summary>The socket at the client port.</summary>
    public CellSocket Client { get; }

    /// <summary>The socket at the node port.</summary>
    public CellSocket Node { get; }

    /// <summary>Opens a pair for each worker, all at the same two ports; all or none.</summary>
    /// <param name="client">Address and client port; port 0 takes a free one.</param>
    /// <param name="node">Address and node port; port 0 takes a free one.</param>
    /// <param name="workers">Pairs, 1 to <see cref="Limits.WorkersMax"/>.</param>
    /// <param name="kind">How the sockets talk to the system.</param>
    /// <exception cref="CellSocketException">
    /// A port cannot be bound, or cannot be shared on this system.
    /// </exception>
    public static IReadOnlyList<CellSocketPair> Open(
        IPEndPoint client, IPEndPoint node, int workers = 1, CellSocketKind kind = CellSocketKind.Auto)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workers, Limits.WorkersMax);
        List<CellSocketPair> pairs = new(workers);
        try
        {
            for (int worker = 0; worker < workers; worker++)
            {
                pairs.Add(OpenOne(client, node, kind, isShared: workers > 1));

                // With port 0 the first worker's choice is everybody's.
                client = new IPEndPoint(client.Address, pairs[0].Client.LocalEndpoint.Port);
                node = new IPEndPoint(node.Address, pairs[0].Node.LocalEndpoint.Port);
            }

            return pairs;
        }
        catch
        {
            foreach (CellSocketPair pair in pairs)
                pair.Dispose();
            throw;
        }
    }

    /// <summary>Closes both.</summary>
    public void Dispose()
    {
        Client.Dispose();
        Node.Dispose();
    }

    private static CellSocketPair OpenOne(
        IPEndPoint client, IPEndPoint node, CellSocketKind kind, bool isShared)
    {
        CellSocket first = OpenSocket(client, kind, isShared);
        try
        {
            return new CellSocketPair(first, OpenSocket(node, kind, isShared));
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    private static CellSocket OpenSocket(IPEndPoint local, CellSocketKind kind, bool isShared) =>
        CellSocket.Open(new CellSocketOptions { Local = local, Kind = kind, ReusePort = isShared });
}
