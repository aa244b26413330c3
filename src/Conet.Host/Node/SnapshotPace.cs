namespace Conet.Host.Node;

/// <summary>Bytes a second, shared by all who wait. Any thread.</summary>
internal sealed class SnapshotPace(long bytesPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _free = time.GetTimestamp();

    /// <summary>Waits until so many bytes may be sent.</summary>
    public async Task WaitAsync(int bytes, CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (_gate)
        {
            long now = time.GetTimestamp();
            _free = Math.Max(_free, now);
            wait = time.GetElapsedTime(now, _free);
            _free += (long)(bytes * (double)time.TimestampFrequency / bytesPerSecond);
        }

        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
    }
}
