using System.Text.Json;

namespace Conet.LoadGen.Tools;

/// <summary>
/// Our forwarder under test: forwards all the time. Orders are "take", and with --xdp "attach" and "detach".
/// </summary>
internal static class RelayTool
{
    public static void Run(ToolOptions options, TextReader orders, TextWriter answers)
    {
        using Relay relay = new(options);
        Thread working = new(relay.Work) { Name = "relay" };
        working.Start();
        answers.WriteLine("ready");
        answers.Flush();
        while (orders.ReadLine() is { } order)
        {
            if (order == "attach")
                relay.Xdp?.Attach();
            else if (order == "detach")
                relay.Xdp?.Detach();
            answers.WriteLine(JsonSerializer.Serialize(relay.Take(), ToolJson.Options));
            answers.Flush();
        }

        relay.Stop();
        working.Join();
    }
}
