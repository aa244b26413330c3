using System.Runtime.InteropServices;

namespace Conet.Wire.Native;

/// <summary>
/// Bytes outside the collector's reach: never moved or copied, locked where the system permits, zeroed when
/// freed. One owner; the span must not outlive it.
/// </summary>
internal sealed unsafe class SecretMemory : SafeHandle
{
    public SecretMemory(int length)
        : base(IntPtr.Zero, ownsHandle: true)
    {
        Length = length;
        void* memory = Sodium.sodium_malloc((nuint)length);
        if (memory is null)
            throw new OutOfMemoryException("No locked memory is left for secrets; raise the memlock limit.");
        SetHandle((IntPtr)memory);
    }

    public int Length { get; }

    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <summary>The bytes. The span does not keep its owner: call KeepAlive after its last use.</summary>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return new Span<byte>((void*)handle, Length);
        }
    }

    /// <summary>Keeps the finalizer from freeing the bytes before this point.</summary>
    public void KeepAlive() => GC.KeepAlive(this);

    protected override bool ReleaseHandle()
    {
        Sodium.sodium_free((void*)handle);
        return true;
    }
}
