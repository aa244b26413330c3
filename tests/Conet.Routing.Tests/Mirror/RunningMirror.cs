using System.Collections.Concurrent;
using System.Diagnostics;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;

namespace Conet.Routing.Tests.Mirror;

/// <summary>A <see cref="MirrorRunner"/> at work on a fast clock.</summary>
internal sealed class RunningMirror : IAsyncDisposable
{
    private const int Speed = 50;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public RunningMirror(
        MirrorOptions options, IReadOnlyList<IChainProvider> providers, MirrorSnapshot? snapshot = null,
        int speed = Speed)
    {
        Runner = new MirrorRunner(options, providers, snapshot, new FastTime(speed));
        Runner.Noted += note => Notes.Enqueue(note);
        _running = Task.Run(() => Runner.RunAsync(_stop.Token));
    }

    public MirrorRunner Runner { get; }

    /// <summary>Lines for the operator so far.</summary>
    public ConcurrentQueue<string> Notes { get; } = [];

    public MirrorStatus Status => Runner.Status;

    /// <summary>Waits until the status is as wanted; fails with what it is instead.</summary>
    public async Task WaitAsync(Func<MirrorStatus, bool> isWanted, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!isWanted(Status))
        {
            if (_running.IsFaulted)
                await _running;
            Assert.True(watch.Elapsed < _limit, $"{what}: {Describe()}");
            await Task.Delay(2);
        }
    }

    public Task WaitForAsync(BlockHeader head, string what) =>
        WaitAsync(status => status.IsAtHead && status.BlockHash == head.Hash, $"{what}: block {head.Number}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private string Describe() =>
        $"at block {Status.Block} of {Status.HeadBlock}; "
        + string.Join("; ", Status.Providers.Select(p => $"{p.Name}: {p.Answers} answers, {p.LastProblem}"));
}
