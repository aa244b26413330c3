namespace Conet.Wire.Sockets;

/// <summary>
/// Which core a worker's thread runs on. Linux only; elsewhere, and where the system refuses, threads run
/// wherever it puts them, which costs speed and nothing else.
/// </summary>
public static class WorkerCores
{
    /// <summary>In place of a core: wherever the system likes.</summary>
    public const int Any = -1;

    private static readonly int[] _allowed = LinuxAffinity.OfProcess();

    /// <summary>Cores this process may run on, in order; empty where that cannot be told.</summary>
    public static IReadOnlyList<int> Allowed => _allowed;

    /// <summary>
    /// A core of its own for each of several workers, or <see cref="Any"/> for all of them when there are
    /// more workers than cores.
    /// </summary>
    /// <param name="worker">0 to <paramref name="workers"/>, exclusive.</param>
    /// <param name="workers">All of the process.</param>
    public static int Of(int worker, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)worker, (uint)workers, nameof(worker));
        return workers <= _allowed.Length ? _allowed[worker] : Any;
    }

    /// <summary>Binds the calling thread to a core from now on. False if it was refused.</summary>
    /// <param name="core">One of <see cref="Allowed"/>; <see cref="Any"/> changes nothing.</param>
    public static bool TryPin(int core) => _allowed.Contains(core) && LinuxAffinity.TryPin(core);

    /// <summary>
    /// Lets whatever the kernel receives with on this core finish what it has begun before the calling thread
    /// goes on, from now on (SCHED_BATCH of sched(7)): batches are larger and switches fewer. A thread that
    /// is alone on its core waits no longer. False if it was refused.
    /// </summary>
    public static bool TryGiveWay() => LinuxAffinity.TryGiveWay();
}
