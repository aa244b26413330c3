namespace Conet.Bench.Forward;

/// <summary>
/// Keeps the cores from sleeping while it lives, as benchmarks of networks do: how long a core takes to wake,
/// or a hypervisor to notice, says nothing about a forwarder, and at low rates it is most of what is seen.
/// The system takes the wish back when the file is closed, however this process ends (PM QoS, Linux).
/// </summary>
internal sealed class WakefulCores : IDisposable
{
    private const string Latency = "/dev/cpu_dma_latency";

    private readonly FileStream? _wish;

    public WakefulCores()
    {
        try
        {
            _wish = new FileStream(Latency, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            _wish.Write(BitConverter.GetBytes(0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _wish?.Dispose();
            _wish = null;
        }
    }

    /// <summary>Whether the system has granted it.</summary>
    public bool IsGranted => _wish is not null;

    public void Dispose() => _wish?.Dispose();
}
