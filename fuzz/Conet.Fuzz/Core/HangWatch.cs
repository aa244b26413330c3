namespace Conet.Fuzz.Core;

/// <summary>
/// A thread that notices a case that does not end. A machine with other work can keep a thread waiting for
/// seconds, so a case counts as hanging when its thread used that much processor time since it began, or when
/// it lasted sixty times as long.
/// </summary>
public sealed class HangWatch : IDisposable
{
    private const long Idle = -1;
    private const int WaitFactor = 60;

    private readonly TimeSpan _limit;
    private readonly Action<ulong> _onHang;
    private readonly ThreadClock _clock = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _current = Idle;

    /// <summary>Starts watching the thread that calls this.</summary>
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
                used = _clock.Used;
                since = Environment.TickCount64;
                continue;
            }

            TimeSpan lasted = TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
            if (_clock.Used - used < _limit && lasted < WaitFactor * _limit)
                continue;
            _onHang((ulong)current);
            return;
        }
    }
}
