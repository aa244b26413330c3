using System.Globalization;
using System.Text.Json;

namespace Conet.LoadGen.Tools;

/// <summary>The sink: hears all the time; an order is "take RUN".</summary>
internal static class HearTool
{
    public static void Run(ToolOptions options, TextReader orders, TextWriter answers)
    {
        using Sink sink = new(options);
        Thread hearing = new(sink.Hear) { IsBackground = true, Name = "sink" };
        hearing.Start();
        answers.WriteLine("ready");
        answers.Flush();
        while (orders.ReadLine() is { } order)
        {
            if (!int.TryParse(order.Split(' ')[^1], CultureInfo.InvariantCulture, out int run))
                throw new ToolException($"an order is take RUN, not: {order}");
            answers.WriteLine(JsonSerializer.Serialize(sink.Take(run), ToolJson.Options));
            answers.Flush();
        }

        sink.Stop();
        hearing.Join();
    }
}
