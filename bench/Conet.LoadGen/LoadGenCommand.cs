using Conet.LoadGen.Tools;
using Conet.Wire.Sockets;

namespace Conet.LoadGen;

/// <summary>
/// The command line of the tools that <c>bench forward</c> is made of. Each can be run alone, against any
/// node: it reads orders on standard input, a line each, and answers each with a line of JSON.
/// </summary>
internal static class LoadGenCommand
{
    private const int Usage = 64;
    private const int Unavailable = 69;

    private const string Help = """
        usage: conet-loadgen TOOL [--OPTION VALUE]...

          send    sends cells; an order is: RATE SECONDS RUN (cells a second, 0 for all it can)
                  --to IP:PORT         where they go
                  --sources N          addresses they come from, from --from upwards (1)
                  --from IP            the first of them (any)
                  --train N            cells a source sends at once (56)
                  --turn IP:PORT       --to is a TURN server, and this is where it sends on to
          hear    receives and checks cells; an order is: take RUN (prints, and begins with that run)
                  --at IP:PORT         where it listens
                  --hop-base IP        address of next hop 0; a cell elsewhere than at its hop is an error
          relay   forwards with Conet.Wire; an order is: take
                  --kind KIND          LinuxSegmented, LinuxBatched or Portable
                  --at IP:PORT         its client port
                  --node IP:PORT       its node port
                  --next IP:PORT       next hop 0; the others follow it
                  --xdp IF,IF          known cells are forwarded in the driver, after an order: attach

          send and hear
                  --address HEX        every cell's destination, in place of the routes' addresses
          all     --routes N (1000000)  --hops N (1)  --seed N (1)

        """;

    /// <summary>Runs a tool until its standard input ends; returns an exit code.</summary>
    public static int Run(string[] arguments, TextReader orders, TextWriter answers, TextWriter problems)
    {
        if (arguments.Length == 0 || arguments[0] is "--help" or "-h")
        {
            answers.Write(Help);
            return 0;
        }

        if (!ToolOptions.TryParse(arguments.AsSpan(1), out ToolOptions options, out string? problem))
        {
            problems.WriteLine($"conet-loadgen: {problem}");
            return Usage;
        }

        try
        {
            switch (arguments[0])
            {
                case "send":
                    SendTool.Run(options, orders, answers);
                    return 0;
                case "hear":
                    HearTool.Run(options, orders, answers);
                    return 0;
                case "relay":
                    RelayTool.Run(options, orders, answers);
                    return 0;
                default:
                    problems.WriteLine($"conet-loadgen: there is no tool {arguments[0]}; see --help");
                    return Usage;
            }
        }
        catch (Exception error) when (error is CellSocketException or XdpException or ToolException)
        {
            problems.WriteLine($"conet-loadgen: {error.Message}");
            return Unavailable;
        }
    }
}
