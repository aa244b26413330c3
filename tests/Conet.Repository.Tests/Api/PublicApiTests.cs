namespace Conet.Repository.Tests.Api;

/// <summary>
/// The public surface of each library is a text file in the repository, so that no change of it goes
/// unnoticed. With CONET_WRITE_API=1 the files are written in place of compared.
/// </summary>
public sealed class PublicApiTests
{
    private const string Accept = "./conet check --write-api";

    public static TheoryData<string> Assemblies => [.. PublicApi.Assemblies.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_public_surface_is_the_one_written_down(string assembly)
    {
        string path = $"src/{assembly}/PublicApi.txt";
        string built = PublicApi.TextOf(PublicApi.Assemblies[assembly]);
        if (Environment.GetEnvironmentVariable("CONET_WRITE_API") == "1")
        {
            File.WriteAllText(Checkout.Full(path), built);
            return;
        }

        string written = Checkout.Has(path) ? Checkout.Read(path) : "";
        Findings.None(
            $"The public surface of {assembly} differs from {path} (- written down, + built). "
                + $"Mend the code, or accept the change with `{Accept}`.",
            Differences(written, built));
    }

    [Fact]
    public void A_change_is_shown_with_its_type()
    {
        const string before = "struct A\n    int B { get; }\n    int C { get; }\n";
        const string after = "struct A\n    int B { get; }\n    long C { get; }\n";
        Assert.Equal(
            ["- struct A: int C { get; }", "+ struct A: long C { get; }"], Differences(before, after));
        Assert.Empty(Differences(after, after));
    }

    private static string[] Differences(string written, string built)
    {
        string[] before = Qualified(written);
        string[] after = Qualified(built);
        string[] found =
            [.. before.Except(after).Select(line => $"- {line}"), .. after.Except(before)
                .Select(line => $"+ {line}")];
        return found.Length == 0 && written != built ? ["the same lines in another order"] : found;
    }

    private static string[] Qualified(string text)
    {
        string head = "";
        List<string> lines = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            bool isMember = line.StartsWith(' ');
            head = isMember ? head : line;
            lines.Add(isMember ? $"{head.Split(" : ")[0]}: {line.Trim()}" : line);
        }

        return [.. lines];
    }
}
