using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Conet.Fuzz.Core;

/// <summary>Which side of the input lies at a page that must not be touched.</summary>
public enum GuardSide
{
    /// <summary>The byte after the last one.</summary>
    AfterEnd = 0,

    /// <summary>The byte before the first one.</summary>
    BeforeStart = 1,
}

/// <summary>
/// Native memory between two pages without any access: a read of one byte too many ends the process there and
/// then. Where mmap is not to be had (<see cref="IsGuarded"/> false) it is plain memory. One thread; dispose
/// once.
/// </summary>
public sealed unsafe partial class GuardedInput : IDisposable
{
    private const int ProtectNone = 0, ProtectReadWrite = 3;
    private const int MapPrivate = 2, MapAnonymousLinux = 0x20;

    private readonly nuint _mappedBytes;
    private readonly int _roomBytes;
    private byte* _mapped;
    private byte* _room;

    /// <summary>Maps the memory.</summary>
    /// <param name="bytesMax">Longest input.</param>
    public GuardedInput(int bytesMax)
    {
        int page = Environment.SystemPageSize;
        _roomBytes = Math.Max(page, (bytesMax + page - 1) / page * page);
        _mappedBytes = (nuint)(_roomBytes + (2 * page));
        IsGuarded = OperatingSystem.IsLinux();
        if (!IsGuarded)
        {
            _mapped = (byte*)NativeMemory.AlignedAlloc(_mappedBytes, (nuint)page);
            _room = _mapped + page;
            return;
        }

        nint mapped = Map(0, _mappedBytes, ProtectNone, MapPrivate | MapAnonymousLinux, -1, 0);
        if (mapped == -1 || Protect(mapped + page, (nuint)_roomBytes, ProtectReadWrite) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "The guard pages cannot be mapped.");
        _mapped = (byte*)mapped;
        _room = _mapped + page;
    }

    /// <summary>Unmaps memory that nobody disposed.</summary>
    ~GuardedInput() => Free();

    /// <summary>False if this system has no guard pages.</summary>
    public bool IsGuarded { get; }

    /// <summary>Copies an input to where one of its sides is guarded. Valid until the next call.</summary>
    /// <exception cref="ArgumentException">It is longer than the room that was asked for.</exception>
    public ReadOnlySpan<byte> Place(ReadOnlySpan<byte> input, GuardSide side)
    {
        ObjectDisposedException.ThrowIf(_room == null, this);
        if (input.Length > _roomBytes)
            throw new ArgumentException("The input is longer than the guarded memory.", nameof(input));
        byte* start = side == GuardSide.AfterEnd ? _room + _roomBytes - input.Length : _room;
        Span<byte> placed = new(start, input.Length);
        input.CopyTo(placed);
        return placed;
    }

    /// <summary>Unmaps the memory.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_mapped == null)
            return;
        if (IsGuarded)
            _ = Unmap((nint)_mapped, _mappedBytes);
        else
            NativeMemory.AlignedFree(_mapped);
        _mapped = _room = null;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(
        nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
