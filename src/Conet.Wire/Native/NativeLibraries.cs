using System.Reflection;
using System.Runtime.InteropServices;

namespace Conet.Wire.Native;

/// <summary>Finds the system's libraries under the names distributions give them.</summary>
internal static class NativeLibraries
{
    private static readonly Lock _gate = new();
    private static bool _isRegistered;

    public static void Register()
    {
        lock (_gate)
        {
            if (_isRegistered)
                return;
            _isRegistered = true;
            NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        "sodium" => LoadFirst(
            assembly, path, "libsodium23",
            "libsodium.so.23", "libsodium.so.26", "libsodium.dylib", "libsodium"),
        "secp256k1" => LoadFirst(
            assembly, path, "libsecp256k1-1",
            "libsecp256k1.so.1", "libsecp256k1.so.2", "libsecp256k1.so.5", "libsecp256k1.so.6",
            "libsecp256k1.so.0",
            "libsecp256k1.dylib", "libsecp256k1"),
        _ => IntPtr.Zero,
    };

    private static IntPtr LoadFirst(
        Assembly assembly, DllImportSearchPath? path, string package, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, assembly, path, out IntPtr handle))
                return handle;
        }

        throw new DllNotFoundException(
            $"{names[0]} was not found. On Debian or Ubuntu: apt-get install {package}");
    }
}
