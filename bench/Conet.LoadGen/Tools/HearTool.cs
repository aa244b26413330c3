using System.Text.Json;

namespace Conet.LoadGen.Tools;

/// <summary>The sink: hears all the time; an order is "take".</summary>
internal static class HearTool
{
    public static void Run(ToolOptions options, TextReader orders, TextWriter answers)
    {
        using Sink sink = new(options);
        Thread hearing = new(sink.Hear) { IsBackground = true, Name = "sink" };
        hearing.Start();
        answers.WriteLine("ready");
        answers.Flush();
        while (orders.ReadLine() is not null)
        {
            answers.WriteLine(JsonSerializer.Serialize(sink.Take(), ToolJson.Options));
            answers.Flush();
        }

        sink.Stop();
        hearing.Join();
    }
}
