using System.Globalization;

namespace Conet.Host.Commands;

/// <summary>Durations and moments as a person reads them.</summary>
internal static class Age
{
    /// <summary>The two largest units: "29 d 4 h", "12 s".</summary>
    public static string Of(double seconds)
    {
        if (seconds < 10)
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, seconds):0.0} s");
        if (seconds >= TimeSpan.MaxValue.TotalSeconds)
            return "for ever";
        TimeSpan span = TimeSpan.FromSeconds(seconds);
        return span switch
        {
            { TotalMinutes: < 1 } => $"{span.Seconds} s",
            { TotalHours: < 1 } => $"{span.Minutes} min {span.Seconds} s",
            { TotalDays: < 1 } => $"{span.Hours} h {span.Minutes} min",
            _ => $"{(long)span.TotalDays} d {span.Hours} h",
        };
    }

    /// <summary>A moment in UTC; the number itself where no calendar has it.</summary>
    public static string At(ulong unixSeconds) =>
        unixSeconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds((long)unixSeconds)
                .ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : $"unix time {unixSeconds}";
}
