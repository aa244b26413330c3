using System.Text.Json;

namespace Conet.LoadGen.Tools;

/// <summary>Our forwarder under test: forwards all the time; an order is "take".</summary>
internal static class RelayTool
{
    public static void Run(ToolOptions options, TextReader orders, TextWriter answers)
    {
        using Relay relay = new(options);
        Thread working = new(relay.Work) { Name = "relay" };
        working.Start();
        answers.WriteLine("ready");
        answers.Flush();
        while (orders.ReadLine() is not null)
        {
            answers.WriteLine(JsonSerializer.Serialize(relay.Take(), ToolJson.Options));
            answers.Flush();
        }

        relay.Stop();
        working.Join();
    }
}
