using System.Runtime.InteropServices;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>poll over the sockets and an eventfd.</summary>
internal sealed unsafe class LinuxPoller : CellPoller
{
    private readonly int _count;
    private PollFd* _descriptors;
    private int _event;

    public LinuxPoller(ReadOnlySpan<CellSocket> sockets)
    {
        _count = sockets.Length;
        _event = LinuxCalls.EventDescriptor();
        if (_event < 0)
            throw new CellSocketException($"cannot make an event descriptor: error {-_event}");
        _descriptors = (PollFd*)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(PollFd));
        for (int index = 0; index < _count; index++)
        {
            int descriptor = (int)sockets[index].Inner.Handle;
            _descriptors[index] = new PollFd { Descriptor = descriptor, Events = POLLIN };
        }

        _descriptors[_count] = new PollFd { Descriptor = _event, Events = POLLIN };

        // The first call of a native function takes memory; a worker's thread must never be the one that
        // makes it.
        LinuxCalls.Signal(_event);
        Wait(0);
    }

    ~LinuxPoller() => Free();

    private protected override uint WaitForAny(int timeoutMs)
    {
        if (LinuxCalls.Poll(_descriptors, _count + 1, timeoutMs) <= 0)
            return 0;
        if (_descriptors[_count].Returned != 0)
            LinuxCalls.Reset(_event);
        uint ready = 0;
        for (int index = 0; index < _count; index++)
        {
            if (_descriptors[index].Returned != 0)
                ready |= 1u << index;
        }

        return ready;
    }

    private protected override void Signal() => LinuxCalls.Signal(_event);

    private protected override void Free()
    {
        if (_event >= 0)
            LinuxCalls.Close(_event);
        _event = -1;
        NativeMemory.Free(_descriptors);
        _descriptors = null;
    }
}
