using System.Net;
using Conet.Wire.Forwarding;

namespace Conet.Host.Tests.Node;

internal static class Endpoints
{
    public static UdpEndpoint Of(string address, int port) =>
        Of(new IPEndPoint(IPAddress.Parse(address), port));

    public static UdpEndpoint Of(IPEndPoint endpoint) => UdpEndpoint.From(endpoint);
}
