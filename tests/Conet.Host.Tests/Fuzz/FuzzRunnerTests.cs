using Conet.Fuzz.Core;
using Conet.Fuzz.Targets;

namespace Conet.Host.Tests.Fuzz;

public sealed class FuzzRunnerTests
{
    [Theory]
    [InlineData("envelope")]
    [InlineData("json-rpc-answer")]
    [InlineData("home-control")]
    [InlineData("snapshot")]
    public void The_same_seed_makes_the_same_cases_and_another_makes_others(string name)
    {
        IFuzzTarget target = FuzzFiles.Target(name);
        using FuzzRunner one = new(target, FuzzFiles.Options(target, 7, 0));
        using FuzzRunner again = new(FuzzFiles.Target(name), FuzzFiles.Options(target, 7, 0));
        using FuzzRunner other = new(target, FuzzFiles.Options(target, 8, 0));
        int differing = 0;
        for (ulong index = 1_000; index > 0; index -= 5)
        {
            byte[] made = one.MakeCase(index, out GuardSide side);
            Assert.Equal(made, again.MakeCase(index, out GuardSide sideAgain));
            Assert.Equal(side, sideAgain);
            differing += made.AsSpan().SequenceEqual(other.MakeCase(index, out _)) ? 0 : 1;
        }

        Assert.True(differing > 150, $"only {differing} of 200 cases differ");
    }

    [Fact]
    public void A_finding_names_the_case_that_makes_it_again()
    {
        IFuzzTarget canary = FuzzFiles.Target("canary-throw");
        FuzzOptions options = new() { Seed = 3, Count = 200_000, FindingsMax = 1 };
        using FuzzRunner runner = new(canary, options);
        FuzzFinding finding = Assert.Single(runner.Run().Findings);
        Assert.Equal(FuzzFindingKind.Exception, finding.Kind);
        Assert.Equal(finding.Input, runner.MakeCase(finding.CaseIndex, out GuardSide side));
        Assert.Equal(finding.Side, side);
        Assert.Equal(finding.Signature, runner.Replay(finding.Input, out _)?.Signature);
    }

    [Theory]
    [InlineData("canary-throw", FuzzFindingKind.Exception)]
    [InlineData("canary-misjudge", FuzzFindingKind.Exception)]
    [InlineData("canary-allocate", FuzzFindingKind.Allocation)]
    public void A_planted_bug_is_found_within_its_budget(string name, FuzzFindingKind kind)
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            FuzzOptions options = new() { Seed = seed, Count = 200_000, FindingsMax = 1 };
            using FuzzRunner runner = new(FuzzFiles.Target(name), options);
            FuzzReport report = runner.Run();
            Assert.True(report.Findings.Count == 1, $"seed {seed}: {report.Cases} cases and nothing found");
            Assert.Equal(kind, report.Findings[0].Kind);
        }
    }

    [Fact]
    public void A_run_ends_when_it_is_cancelled_or_its_time_is_up()
    {
        using FuzzRunner cancelled = new(new CountingTarget(), new FuzzOptions { Count = ulong.MaxValue });
        Assert.Equal(0ul, cancelled.Run(new CancellationToken(canceled: true)).Cases);
        FuzzOptions timed = new() { Count = ulong.MaxValue, TimeMax = TimeSpan.FromMilliseconds(200) };
        using FuzzRunner runner = new(new CountingTarget(), timed);
        Assert.InRange(runner.Run().Elapsed.TotalMilliseconds, 200, 20_000);
    }

    [Fact]
    public void A_case_hangs_by_its_own_work_and_not_by_that_of_others()
    {
        using CancellationTokenSource ended = new();
        Thread other = new(() => Spin(ended.Token));
        other.Start();
        Assert.False(IsTakenForHang(() => Thread.Sleep(1_200)));
        Assert.True(IsTakenForHang(() =>
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
            Spin(limit.Token);
        }));
        ended.Cancel();
        other.Join();
    }

    private static bool IsTakenForHang(Action run)
    {
        bool isTaken = false;
        using HangWatch watch = new(TimeSpan.FromMilliseconds(300), _ => isTaken = true);
        watch.Begin(1);
        run();
        watch.End();
        return isTaken;
    }

    private static void Spin(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
            Thread.SpinWait(1_000);
    }

    [Fact]
    public void The_pool_comes_first_as_it_is_and_no_input_is_longer_than_asked()
    {
        CountingTarget target = new();
        using FuzzRunner runner = new(
            target, new FuzzOptions { Count = 20_000, Corpus = ["corpus"u8.ToArray()] });
        Assert.Equal("seed"u8.ToArray(), runner.MakeCase(0, out _));
        Assert.Equal("corpus"u8.ToArray(), runner.MakeCase(1, out _));
        FuzzReport report = runner.Run();
        Assert.Equal(20_000, target.Runs);
        Assert.Equal(20_000ul, report.Accepted);
        Assert.InRange(target.Longest, 17, 40);
        Assert.True(target.HasToken, "no input holds the token");
    }

    [Fact]
    public void The_guarded_side_of_an_input_is_at_a_page_and_its_bytes_are_the_input()
    {
        using GuardedInput guarded = new(5_000);
        byte[] input = new byte[4_321];
        new Random(1).NextBytes(input);
        Assert.Equal(input, guarded.Place(input, GuardSide.AfterEnd).ToArray());
        Assert.Equal(input, guarded.Place(input, GuardSide.BeforeStart).ToArray());
        Assert.Empty(guarded.Place([], GuardSide.AfterEnd).ToArray());
        Assert.Throws<ArgumentException>(() =>
            guarded.Place(new byte[3 * 4_096], GuardSide.AfterEnd).ToArray());
    }

    [Fact]
    public void A_case_that_was_being_run_can_be_read_from_outside()
    {
        string path = Path.Combine(Path.GetTempPath(), $"conet-scratch-{Environment.ProcessId}");
        try
        {
            using CaseScratch scratch = new(path, 100, seed: 9);
            scratch.Note(77, 5, GuardSide.BeforeStart, "the input"u8);
            Assert.True(CaseScratch.TryRead(
                path, out ulong index, out ulong accepted, out GuardSide side, out byte[] input));
            Assert.Equal((77ul, 5ul, GuardSide.BeforeStart), (index, accepted, side));
            Assert.Equal("the input"u8.ToArray(), input);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.False(CaseScratch.TryRead(path, out _, out _, out _, out _));
    }

    private sealed class CountingTarget : IFuzzTarget
    {
        public int Runs { get; private set; }

        public int Longest { get; private set; }

        public bool HasToken { get; private set; }

        public string Name => "counting";

        public string Summary => "counts";

        public int InputBytesMax => 40;

        public IEnumerable<byte[]> Seeds => ["seed"u8.ToArray()];

        public IEnumerable<byte[]> Tokens => ["a token of its own"u8.ToArray()];

        public bool Run(ReadOnlySpan<byte> input)
        {
            Runs++;
            Longest = Math.Max(Longest, input.Length);
            HasToken |= input.IndexOf("a token of its own"u8) >= 0;
            return true;
        }
    }
}
