using System.Globalization;

namespace Conet.Fuzz.Command;

/// <summary>What the command line asks for.</summary>
internal sealed record FuzzArguments
{
    public const string Usage =
        "usage: fuzz --list | TARGET [--seconds N] [--count N] [--seed N] | --replay FILE [TARGET]"
        + " | --all --count N | --all --total N   (all take --json)";

    public bool IsHelp { get; private set; }

    public bool IsList { get; private set; }

    public bool IsAll { get; private set; }

    public bool IsJson { get; private set; }

    public string? Target { get; private set; }

    public string? ReplayFile { get; private set; }

    public ulong? Count { get; private set; }

    public ulong? Total { get; private set; }

    public ulong? Seconds { get; private set; }

    public ulong? Seed { get; private set; }

    /// <summary>Set in the process that runs the cases; the file it notes them in.</summary>
    public string? WorkerScratch { get; private set; }

    /// <summary>Reads a command line; false with a one-line error.</summary>
    public static bool TryParse(IReadOnlyList<string> words, out FuzzArguments arguments, out string error)
    {
        FuzzArguments read = new();
        arguments = read;
        error = string.Empty;
        for (int i = 0; i < words.Count && error.Length == 0; i++)
        {
            string word = words[i];
            string? value = i + 1 < words.Count ? words[i + 1] : null;
            int taken = read.Take(word, value, ref error);
            i += taken;
        }

        if (error.Length == 0)
            error = read.Contradiction();
        return error.Length == 0;
    }

    /// <summary>Takes one word, and its value if it has one.</summary>
    /// <returns>Words taken besides this one: 0 or 1.</returns>
    private int Take(string word, string? value, ref string error)
    {
        switch (word)
        {
            case "--help" or "-h" or "help": IsHelp = true; return 0;
            case "--list": IsList = true; return 0;
            case "--all": IsAll = true; return 0;
            case "--json": IsJson = true; return 0;
            case "--count": Count = TakeNumber(word, value, 1, ref error); return 1;
            case "--total": Total = TakeNumber(word, value, 1, ref error); return 1;
            case "--seconds": Seconds = TakeNumber(word, value, 1, ref error); return 1;
            case "--seed": Seed = TakeNumber(word, value, 0, ref error); return 1;
            case "--replay": ReplayFile = TakeFile(word, value, ref error); return 1;
            case "--worker": WorkerScratch = TakeFile(word, value, ref error); return 1;
        }

        if (word.StartsWith('-'))
            error = $"unknown option {word}";
        else if (Target is not null)
            error = $"one target at a time: {Target} or {word}";
        Target ??= word;
        return 0;
    }

    private static ulong? TakeNumber(string word, string? value, ulong least, ref string error)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (ulong.TryParse(value, NumberStyles.None, culture, out ulong number) && number >= least)
            return number;
        error = $"{word} needs a whole number";
        return null;
    }

    private static string? TakeFile(string word, string? value, ref string error)
    {
        if (value is null)
            error = $"{word} needs a file";
        return value;
    }

    private string Contradiction()
    {
        if (IsHelp)
            return string.Empty;
        int verbs = (IsList ? 1 : 0) + (IsAll ? 1 : 0) + (ReplayFile is not null ? 1 : 0);
        if (verbs > 1 || (verbs == 1 && Target is not null && ReplayFile is null))
            return "--list, --all, --replay and a target exclude one another";
        if (verbs == 0 && Target is null)
            return "name a target; --list shows them";
        if (Total is not null && !IsAll)
            return "--total goes with --all";
        if (IsAll && Count is null == Total is null)
            return "--all needs either --count or --total";
        if (IsAll && Seconds is not null)
            return "--all goes by --count or --total, not by --seconds";
        return string.Empty;
    }
}
