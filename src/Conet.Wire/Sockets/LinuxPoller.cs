using System.Runtime.InteropServices;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>poll over the sockets and an eventfd.</summary>
internal sealed unsafe class LinuxPoller : CellPoller
{
    private readonly CellSocket[] _sockets;
    private PollFd* _descriptors;
    private int _event;

    public LinuxPoller(ReadOnlySpan<CellSocket> sockets)
    {
        _sockets = sockets.ToArray();
        _event = LinuxCalls.EventDescriptor();
        if (_event < 0)
            throw new CellSocketException($"cannot make an event descriptor: error {-_event}");
        _descriptors = (PollFd*)NativeMemory.AllocZeroed((nuint)(_sockets.Length + 1), (nuint)sizeof(PollFd));
        for (int index = 0; index < _sockets.Length; index++)
        {
            int descriptor = (int)sockets[index].Inner.Handle;
            _descriptors[index] = new PollFd { Descriptor = descriptor, Events = POLLIN };
        }

        _descriptors[_sockets.Length] = new PollFd { Descriptor = _event, Events = POLLIN };

        // The first call of a native function takes memory; a worker's thread must never be the one that
        // makes it.
        LinuxCalls.Signal(_event);
        Wait(0);
    }

    ~LinuxPoller() => Free();

    private protected override uint WaitForAny(int timeoutMs)
    {
        uint ready = Received();
        if (LinuxCalls.Poll(_descriptors, _sockets.Length + 1, ready == 0 ? timeoutMs : 0) <= 0)
            return ready;
        if (_descriptors[_sockets.Length].Returned != 0)
            LinuxCalls.Reset(_event);
        for (int index = 0; index < _sockets.Length; index++)
        {
            if (_descriptors[index].Returned != 0)
                ready |= 1u << index;
        }

        return ready;
    }

    private uint Received()
    {
        uint received = 0;
        for (int index = 0; index < _sockets.Length; index++)
        {
            if (_sockets[index].HasReceived)
                received |= 1u << index;
        }

        return received;
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
