using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// A network namespace of its own name, and a thread that lives in it: sockets and attachments made on that
/// thread belong there. Removed at the end.
/// </summary>
internal sealed partial class NetNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000;
    private static int _count;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public NetNamespace(string role)
    {
        Name = $"conet-{role}-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        Tool("ip", "netns", "add", Name);
        _thread = new Thread(Work) { IsBackground = true };
        _thread.Start();
        try
        {
            Run(Enter);
            Ip("link", "set", "lo", "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    /// <summary>Skips the test, with the reason, where namespaces and programs cannot be made.</summary>
    public static void Require()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root, for network namespaces and eBPF programs");
        Skip.IfNot(File.Exists("/sbin/ip") || File.Exists("/usr/sbin/ip"), "needs ip of iproute2");
        Skip.IfNot(File.Exists("/sbin/ethtool") || File.Exists("/usr/sbin/ethtool"), "needs ethtool");
        string why = string.Empty;
        try
        {
            using NetNamespace probe = new("probe");
        }
        catch (InvalidOperationException fault)
        {
            why = fault.Message;
        }

        Skip.If(why.Length > 0, $"network namespaces cannot be made here: {why}");
    }

    /// <summary>Joins two namespaces by a pair of Ethernet interfaces that are up.</summary>
    public static void Join(NetNamespace one, string oneName, NetNamespace other, string otherName)
    {
        one.Ip("link", "add", oneName, "type", "veth", "peer", "name", otherName, "netns", other.Name);
        one.Ip("link", "set", oneName, "up");
        other.Ip("link", "set", otherName, "up");
    }

    /// <summary>Runs the ip command inside.</summary>
    public void Ip(params string[] arguments) => Tool("ip", ["-n", Name, .. arguments]);

    /// <summary>Runs a command inside.</summary>
    public string Exec(params string[] arguments) => Tool("ip", ["netns", "exec", Name, .. arguments]);

    /// <summary>Runs something on the thread inside.</summary>
    public T Run<T>(Func<T> action)
    {
        TaskCompletionSource<T> done = new();
        _work.Add(() =>
        {
            try
            {
                done.SetResult(action());
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    public void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
        Tool("ip", "netns", "delete", Name);
    }

    private static string Tool(string name, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(name, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        string output = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{name} {string.Join(' ', arguments)}: {error.Trim()}");
    }

    private void Enter()
    {
        using SafeFileHandle file = File.OpenHandle($"/run/netns/{Name}");
        if (setns((int)file.DangerousGetHandle(), NewNetwork) != 0)
            throw new InvalidOperationException($"setns: error {Marshal.GetLastPInvokeError()}");
    }

    private void Work()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
            action();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int descriptor, int kind);
}
