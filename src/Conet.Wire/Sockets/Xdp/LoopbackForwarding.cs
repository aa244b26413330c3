namespace Conet.Wire.Sockets;

/// <summary>
/// The kernel looks routes up for a program only on behalf of an interface that may forward. The program
/// asks on behalf of the loopback interface, as a socket does; nothing ever comes in there to be forwarded,
/// so this does not make the machine a router.
/// </summary>
internal static class LoopbackForwarding
{
    private const string Setting = "net.ipv4.conf.lo.forwarding";

    private static string Path => "/proc/sys/" + Setting.Replace('.', '/');

    /// <summary>Turns it on unless it is.</summary>
    /// <exception cref="XdpException">It is off and this process may not turn it on.</exception>
    public static void Require()
    {
        try
        {
            if (File.ReadAllText(Path).Trim() == "0")
                File.WriteAllText(Path, "1");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new XdpException(
                $"xdp: {Setting} is off and cannot be turned on; run: sysctl -w {Setting}=1", fault);
        }
    }
}
