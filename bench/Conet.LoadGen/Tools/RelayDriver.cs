using Conet.LoadGen.Cells;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.LoadGen.Tools;

/// <summary>Puts the routes of the load generator into the maps of an XDP program.</summary>
internal static class RelayDriver
{
    private const uint FirstNode = 2;

    /// <summary>Makes a program that knows all routes and hops; it is not attached yet.</summary>
    public static XdpForwarder Make(ToolOptions options, UdpEndpoint client, ushort nodePort)
    {
        LoadRoutes routes = options.LoadRoutes;
        XdpForwarder xdp = XdpForwarder.Create(new XdpOptions
        {
            Interfaces = options.Xdp.Split(','),
            Client = client,
            NodePort = nodePort,
            RoutesMax = routes.Count,
            HopsMax = routes.Hops,
        });
        UdpEndpoint next = UdpEndpoint.From(ToolOptions.Need(options.Next, "--next"));
        for (int hop = 0; hop < routes.Hops; hop++)
        {
            UdpEndpoint endpoint = UdpEndpoint.FromIPv4(next.IPv4 + (uint)hop, next.Port);
            xdp.SetNode(FirstNode + (uint)hop, endpoint, hop, ofAddresses: true);
        }

        byte[] addresses = new byte[Limits.XdpRoutesPerCall * Address.Size];
        ulong[] homes = new ulong[Limits.XdpRoutesPerCall];
        for (int route = 0; route < routes.Count;)
        {
            int count = Math.Min(homes.Length, routes.Count - route);
            for (int index = 0; index < count; index++, route++)
            {
                routes.WriteAddress((uint)route, addresses.AsSpan(index * Address.Size, Address.Size));
                homes[index] = XdpForwarder.Homes(FirstNode + (uint)routes.HopOf((uint)route), 0, 0);
            }

            if (!xdp.TrySetRoutes(addresses.AsSpan(0, count * Address.Size), homes.AsSpan(0, count)))
                throw new ToolException("the kernel has no memory for these routes");
        }

        xdp.IsOn = true;
        return xdp;
    }
}
