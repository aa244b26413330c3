using System.Diagnostics;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Xunit.Abstractions;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// A process that writes snapshots one after the other (this assembly's own program) is killed at random
/// moments. What it said it had written must be there whole, or what it was about to put in its place.
/// </summary>
public sealed class SnapshotKillTests(ITestOutputHelper output)
{
    private const int PauseMillisecondsMax = 60;
    private static readonly byte[] _secret = [.. Enumerable.Range(7, 32).Select(i => (byte)i)];

    [Fact]
    public async Task A_process_killed_while_it_writes_leaves_the_old_table_or_the_new_one_whole()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        SnapshotScene scene = SnapshotScene.Create();
        using SnapshotFolder folder = new();
        int inTheMiddle = 0;
        int next = 0;
        for (int kill = 0; kill < (Property.IsFull ? 100 : 10); kill++)
        {
            int said = await KillAWriterAsync(folder, next, random.Next(PauseMillisecondsMax));
            Assert.True(said >= next, $"seed {seed}: the writer wrote nothing");
            bool isHalfThere = Directory.GetFiles(folder.Folder).Length > 1;
            inTheMiddle += isHalfThere ? 1 : 0;
            SnapshotProblem problem = SnapshotFile.TryRead(
                folder.File, SimulatedChain.Options, folder.Key, _secret, out MirrorSnapshot? read);
            Assert.True(problem == SnapshotProblem.None, $"seed {seed}, kill {kill}: {problem}");
            int found = (int)(read!.BlockNumber - SnapshotScene.FirstBlock);
            Assert.True(
                found == said || found == said + 1, $"seed {seed}, kill {kill}: {found} after {said}");
            AssertIs(scene.At(found), read, $"seed {seed}, kill {kill}");

            // The next writer finds the leftovers, or a start has cleaned up.
            if (random.Next(2) == 0)
            {
                SnapshotFile.RemoveLeftovers(folder.File);
                Assert.Equal([folder.File], Directory.GetFiles(folder.Folder));
            }

            next = found + 1;
        }

        output.WriteLine($"{inTheMiddle} kills left half a file beside");
        Assert.True(!Property.IsFull || inTheMiddle >= 5, "hardly a kill met a write");
    }

    /// <summary>
    /// The number of the last table that a writer said it had written before it was killed.
    /// </summary>
    private static async Task<int> KillAWriterAsync(SnapshotFolder folder, int first, int pauseMilliseconds)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
        };
        foreach (string argument in (string[])
            [
                "exec", typeof(SnapshotKillTests).Assembly.Location, SnapshotWriting.Name,
                folder.File, Convert.ToHexString(folder.Key), $"{first}",
            ])
        {
            start.ArgumentList.Add(argument);
        }

        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        using Process process = Process.Start(start)!;
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(limit.Token);
            await Task.Delay(pauseMilliseconds, limit.Token);
            process.Kill();
            string rest = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            string[] complete = $"{line}\n{rest}".Split('\n')[..^1];
            return int.Parse(complete[^1], System.Globalization.CultureInfo.InvariantCulture);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static void AssertIs(MirrorSnapshot expected, MirrorSnapshot read, string what)
    {
        (RouteTable left, RouteTable right) = (expected.Table, read.Table);
        Assert.True(expected.BlockHash == read.BlockHash, what);
        Assert.True(left.RoutePosition == right.RoutePosition && left.TimeSeconds == right.TimeSeconds, what);
        Assert.True(left.LiveRoutes == right.LiveRoutes, what);
        Assert.True(left.Routes.From(default).SequenceEqual(right.Routes.From(default)), what);
    }
}
