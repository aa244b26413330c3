using Conet.Fuzz.Core;
using Conet.Fuzz.Targets;

namespace Conet.Host.Tests.Fuzz;

public sealed class FuzzRegressionTests
{
    public static TheoryData<string> HonestTargets =>
        [.. AllTargets.Create().Where(target => !target.HasPlantedBug).Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(HonestTargets))]
    public void Committed_inputs_show_no_bug(string name)
    {
        using FuzzRunner runner = new(FuzzFiles.Target(name), new FuzzOptions());
        IReadOnlyList<string> files = FuzzFiles.Folders.InputsOf(name);
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            FuzzFinding? finding = runner.Replay(File.ReadAllBytes(file), out _);
            Assert.True(finding is null, $"{file}: {finding?.Message}");
        }
    }

    [Theory]
    [MemberData(nameof(HonestTargets))]
    public void Altered_inputs_show_no_bug_and_reach_both_verdicts(string name)
    {
        IFuzzTarget target = FuzzFiles.Target(name);
        const ulong Seed = 20_260_101, Count = 1_000;
        using FuzzRunner runner = new(target, FuzzFiles.Options(target, Seed, Count));
        FuzzReport report = runner.Run();
        Assert.True(report.Findings.Count == 0, $"seed {Seed}: {report.Findings.FirstOrDefault()?.Message}");
        Assert.Equal(Count, report.Cases);
        Assert.InRange(report.Accepted, 1ul, Count - 1);
    }

    [Fact]
    public void Every_folder_of_inputs_belongs_to_a_target()
    {
        string[] names = [.. AllTargets.Create().Select(target => target.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
        string root = Path.GetDirectoryName(Path.GetDirectoryName(FuzzFiles.Folders.InputsOf("rlp")[0]))!;
        string[] folders =
        [
            .. Directory.GetDirectories(root),
            .. Directory.GetDirectories(Path.Combine(Path.GetDirectoryName(root)!, "regressions")),
        ];
        Assert.All(folders, folder => Assert.Contains(Path.GetFileName(folder), names));
    }
}
