namespace Conet.Fuzz.Core;

/// <summary>
/// A thread that notices a case that does not end. A machine with other work can stop a process for a second,
/// so a case counts as hanging when the process used that much processor time since the case began, or when
/// it waited ten times as long.
/// </summary>
public sealed class HangWatch : IDisposable
{
    private const long Idle = -1;
    private const int WaitFactor = 10;

    private readonly TimeSpan _limit;
    private readonly Action<ulong> _onHang;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _current = Idle;

    /// <summary>Starts watching.</summary>
    /// <param name="limit">Longest time of a case.</param>
    /// <param name="onHang">Gets the number of the case; called once, on the watching thread.</param>
    public HangWatch(TimeSpan limit, Action<ulong> onHang)
    {
        _limit = limit;
        _onHang = onHang;
        _thread = new Thread(Watch) { IsBackground = true, Name = "hang watch" };
        _thread.Start();
    }

    /// <summary>A case begins.</summary>
    public void Begin(ulong index) => Volatile.Write(ref _current, (long)index);

    /// <summary>The case ended.</summary>
    public void End() => Volatile.Write(ref _current, Idle);

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Watch()
    {
        long watched = Idle;
        TimeSpan used = TimeSpan.Zero;
        long since = 0;
        while (!_stop.Wait(_limit / 10))
        {
            long current = Volatile.Read(ref _current);
            if (current == Idle || current != watched)
            {
                watched = current;
                used = Environment.CpuUsage.TotalTime;
                since = Environment.TickCount64;
                continue;
            }

            TimeSpan waited = TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
            bool isBusy = Environment.CpuUsage.TotalTime - used >= _limit;
            if (!isBusy && waited < WaitFactor * _limit)
                continue;
            _onHang((ulong)current);
            return;
        }
    }
}
