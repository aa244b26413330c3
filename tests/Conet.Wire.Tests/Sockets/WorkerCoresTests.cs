using Conet.Wire.Sockets;

namespace Conet.Wire.Tests.Sockets;

public sealed class WorkerCoresTests
{
    [SkippableFact]
    public void A_thread_is_bound_to_its_core_alone()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "threads are bound on Linux");
        foreach (int core in WorkerCores.Allowed)
        {
            (bool taken, string cores) = OnThread(() => (WorkerCores.TryPin(core), AllowedList()));
            Assert.True(taken);
            Assert.Equal($"{core}", cores);
        }
    }

    [SkippableFact]
    public void A_core_that_is_not_there_changes_nothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "threads are bound on Linux");
        string before = OnThread(AllowedList);
        int beyond = WorkerCores.Allowed.Max() + 1;
        foreach (int core in new[] { WorkerCores.Any, beyond, int.MinValue, int.MaxValue })
        {
            (bool taken, string cores) = OnThread(() => (WorkerCores.TryPin(core), AllowedList()));
            Assert.False(taken);
            Assert.Equal(before, cores);
        }
    }

    [Fact]
    public void Workers_have_a_core_each_or_none_has()
    {
        int count = WorkerCores.Allowed.Count;
        for (int workers = 1; workers <= count; workers++)
        {
            Assert.Equal(
                WorkerCores.Allowed.Take(workers),
                Enumerable.Range(0, workers).Select(worker => WorkerCores.Of(worker, workers)));
        }

        Assert.Equal(WorkerCores.Any, WorkerCores.Of(0, count + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkerCores.Of(2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkerCores.Of(-1, 2));
    }

    private static string AllowedList() => File.ReadLines("/proc/thread-self/status")
        .Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];

    /// <summary>On a thread of its own, whose end undoes what it did to itself.</summary>
    private static T OnThread<T>(Func<T> work)
    {
        T result = default!;
        Thread thread = new(() => result = work());
        thread.Start();
        thread.Join();
        return result;
    }
}
