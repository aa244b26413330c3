using System.Globalization;
using System.Text.Json;

namespace Conet.LoadGen.Tools;

/// <summary>The generator: an order a line, "RATE SECONDS RUN".</summary>
internal static class SendTool
{
    private const double SecondsMax = 3600;

    public static void Run(ToolOptions options, TextReader orders, TextWriter answers)
    {
        using Generator generator = new(options);
        answers.WriteLine("ready");
        answers.Flush();
        while (orders.ReadLine() is { } order)
        {
            string[] words = order.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3
                || !double.TryParse(words[0], CultureInfo.InvariantCulture, out double rate)
                || !double.TryParse(words[1], CultureInfo.InvariantCulture, out double seconds)
                || !int.TryParse(words[2], CultureInfo.InvariantCulture, out int run)
                || rate < 0 || seconds <= 0 || seconds > SecondsMax)
            {
                throw new ToolException($"an order is RATE SECONDS RUN, not: {order}");
            }

            answers.WriteLine(JsonSerializer.Serialize(generator.Run(rate, seconds, run), ToolJson.Options));
            answers.Flush();
        }
    }
}
