using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// A thread in a network namespace of its own, which ends with it; what it opens or starts is in there.
/// </summary>
internal sealed partial class NamespaceThread : IDisposable
{
    private const int CloneNewNet = 0x40000000;
    private const int GetThreadId = 186;
    private const int GetThreadIdArm = 178;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    private NamespaceThread()
    {
        _thread = new Thread(() =>
        {
            foreach (Action work in _work.GetConsumingEnumerable())
                work();
        });
        _thread.Start();
    }

    /// <summary>The number of the thread, which names its namespace to `ip link set netns`.</summary>
    public int Id { get; private set; }

    /// <summary>Makes one, or skips the test with the reason.</summary>
    public static NamespaceThread CreateOrSkip()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "network namespaces are of Linux");
        Skip.IfNot(File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip"), "there is no ip (iproute2) here");
        NamespaceThread thread = new();
        int error = 0;
        thread.Run(() =>
        {
            error = unshare(CloneNewNet) == 0 ? 0 : Marshal.GetLastPInvokeError();
            bool isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
            thread.Id = (int)syscall(isArm ? GetThreadIdArm : GetThreadId);
        });
        if (error != 0)
            thread.Dispose();
        Skip.If(error != 0, $"no network namespace can be made here (error {error}): that takes root");
        thread.Ip("link set lo up");
        return thread;
    }

    /// <summary>Does something in there and waits for it.</summary>
    public void Run(Action work)
    {
        using ManualResetEventSlim done = new();
        ExceptionDispatchInfo? failure = null;
        _work.Add(() =>
        {
            try
            {
                work();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }

            done.Set();
        });
        done.Wait();
        failure?.Throw();
    }

    /// <summary>Runs an `ip` command in there.</summary>
    public void Ip(string arguments) => Run(() =>
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments)
        {
            RedirectStandardError = true,
        })!;
        string problem = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {arguments}: {problem}");
    });

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number);
}
