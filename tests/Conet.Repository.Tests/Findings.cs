namespace Conet.Repository.Tests;

/// <summary>Turns a list of offences into one readable failure.</summary>
internal static class Findings
{
    private const int ShownMax = 60;

    /// <summary>Fails, and lists them, when there are any.</summary>
    /// <param name="rule">What is asked for, and how to comply.</param>
    /// <param name="offences">One line each; begins with the file or type.</param>
    public static void None(string rule, IEnumerable<string> offences)
    {
        string[] all = [.. offences.Distinct(StringComparer.Ordinal)];
        if (all.Length == 0)
            return;
        IEnumerable<string> shown = all.Take(ShownMax).Select(offence => $"  {offence}");
        string more = all.Length > ShownMax ? $"\n  ... and {all.Length - ShownMax} more" : "";
        Assert.Fail($"{rule}\n{string.Join('\n', shown)}{more}");
    }
}
