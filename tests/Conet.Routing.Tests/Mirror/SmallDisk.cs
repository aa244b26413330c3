using System.ComponentModel;
using System.Diagnostics;

namespace Conet.Routing.Tests.Mirror;

/// <summary>A file system in memory that is soon full. Needs root and Linux.</summary>
internal static class SmallDisk
{
    public static bool TryMount(string folder, string size, out string reason)
    {
        reason = "a small file system needs Linux and root";
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return false;
        string said = Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder);
        reason = $"no file system can be mounted here: {said}";
        return said.Length == 0;
    }

    /// <summary>At once, also while files of it are held open.</summary>
    public static void Unmount(string folder) => Assert.Equal(string.Empty, Run("umount", "--lazy", folder));

    private static string Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string said = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? string.Empty : $"{said} ({process.ExitCode})";
        }
        catch (Win32Exception fault)
        {
            return fault.Message;
        }
    }
}
