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
            bool takesValue = false;
            switch (word)
            {
                case "--help" or "-h" or "help": read.IsHelp = true; break;
                case "--list": read.IsList = true; break;
                case "--all": read.IsAll = true; break;
                case "--json": read.IsJson = true; break;
                case "--count": takesValue = TryNumber(value, 1, out ulong count); read.Count = count; break;
                case "--total": takesValue = TryNumber(value, 1, out ulong total); read.Total = total; break;
                case "--seconds": takesValue = TryNumber(
                    value, 1, out ulong seconds); read.Seconds = seconds; break;
                case "--seed": takesValue = TryNumber(value, 0, out ulong seed); read.Seed = seed; break;
                case "--replay": takesValue = value is not null; read.ReplayFile = value; break;
                case "--worker": takesValue = value is not null; read.WorkerScratch = value; break;
                default:
                    if (word.StartsWith('-'))
                        error = $"unknown option {word}";
                    else if (read.Target is not null)
                        error = $"one target at a time: {read.Target} or {word}";
                    read.Target ??= word;
                    continue;
            }

            bool wantsValue =
                word is "--count" or "--total" or "--seconds" or "--seed" or "--replay" or "--worker";
            if (wantsValue && !takesValue)
                error = $"{word} needs {(word is "--replay" or "--worker" ? "a file" : "a whole number")}";
            if (takesValue)
                i++;
        }

        if (error.Length == 0)
            error = read.Contradiction();
        return error.Length == 0;
    }

    private static bool TryNumber(string? text, ulong least, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least;

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
