namespace Conet.Repository.Tests.Build;

/// <summary>The scripts people meet first: sound, and polite about mistakes.</summary>
public sealed class ScriptTests
{
    private const int UsageError = 64;

    public static TheoryData<string> Scripts => [.. ShellScripts];

    private static IEnumerable<string> ShellScripts =>
        Checkout.CodeFiles.Where(path => Shell(path) is not null);

    [SkippableTheory]
    [MemberData(nameof(Scripts))]
    public void Scripts_parse(string path)
    {
        string shell = Shell(path)!;
        Skip.IfNot(Tool.IsInstalled(shell), $"{shell} is not installed");
        Tool parsed = Tool.Run(shell, "-n", path);
        Assert.True(parsed.ExitCode == 0, parsed.Error);
    }

    [SkippableFact]
    public void Scripts_satisfy_shellcheck()
    {
        Skip.IfNot(Tool.IsInstalled("shellcheck"), "shellcheck is not installed");
        Tool check = Tool.Run("shellcheck", [.. ShellScripts]);
        Assert.True(check.ExitCode == 0, check.Output);
    }

    [SkippableFact]
    public void Help_tells_the_verbs_and_a_mistake_is_answered_with_usage()
    {
        Skip.IfNot(Tool.IsInstalled("sh"), "sh is not installed");
        foreach (string verb in new[] { "help", "--help", "-h" })
        {
            Tool help = Tool.Run("sh", "conet", verb);
            Assert.Equal((0, ""), (help.ExitCode, help.Error));
            Assert.StartsWith("usage: ./conet VERB", help.Output);
        }

        Assert.Equal(0, Tool.Run("sh", "conet").ExitCode);
        foreach (string verb in new[] { "test", "check" })
        {
            Tool mistake = Tool.Run("sh", "conet", verb, "--nonsense");
            Assert.Equal((UsageError, ""), (mistake.ExitCode, mistake.Output));
            Assert.Contains("--nonsense", mistake.Error);
        }
    }

    /// <summary>Whoever has nothing installed yet asks for help first.</summary>
    [SkippableFact]
    public void Help_needs_nothing_installed()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs sh");
        DirectoryInfo bare = Directory.CreateTempSubdirectory("conet-path-");
        try
        {
            foreach (string tool in new[] { "cat", "dirname", "readlink" })
                File.CreateSymbolicLink(Path.Combine(bare.FullName, tool), Tool.Find(tool)!);
            Tool help = Tool.Run("env", "-i", $"PATH={bare.FullName}", Tool.Find("sh")!, "conet", "help");
            Assert.Equal((0, ""), (help.ExitCode, help.Error));
            Assert.StartsWith("usage: ./conet VERB", help.Output);
        }
        finally
        {
            bare.Delete(recursive: true);
        }
    }

    /// <summary>From another folder, through a link, out of a folder with a blank in its name.</summary>
    [SkippableFact]
    public void The_command_finds_itself_through_links()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs symbolic links and sh");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("conet link ");
        try
        {
            string link = Path.Combine(folder.FullName, "a link");
            File.CreateSymbolicLink(link, Checkout.Full("conet"));
            string second = Path.Combine(folder.FullName, "second");
            File.CreateSymbolicLink(second, "a link");
            Tool mistake = Tool.Run("sh", second, "test", "--nonsense");
            Assert.Equal(UsageError, mistake.ExitCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What runs a file, by its first line; null for what is no shell script.</summary>
    private static string? Shell(string path)
    {
        string first = Checkout.Lines(path)[0];
        return !first.StartsWith("#!", StringComparison.Ordinal) ? null
            : first.EndsWith("bash", StringComparison.Ordinal) ? "bash"
            : first.EndsWith("sh", StringComparison.Ordinal) ? "sh"
            : null;
    }
}
