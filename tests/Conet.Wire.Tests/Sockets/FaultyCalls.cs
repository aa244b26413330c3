using Conet.Wire.Cells;
using Conet.Wire.Sockets;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Tests.Sockets;

/// <summary>The calls of libc with faults before, in place of, and behind them.</summary>
internal readonly unsafe struct FaultyCalls(FaultPlan plan) : ILinuxCalls
{
    private static readonly LinuxCalls _calls = default;

    public int ReceiveMany(int descriptor, MMsgHdr* messages, int count)
    {
        int error = plan.OfReceive(4);
        if (error != 0)
            return -error;
        int received = _calls.ReceiveMany(descriptor, messages, plan.PartOf(count));
        for (int message = 0; message < received; message++)
        {
            if (plan.Strikes(12))
                Spoil(ref messages[message]);
        }

        return received;
    }

    public int SendMany(int descriptor, MMsgHdr* messages, int count)
    {
        int taken = 0;
        count = plan.PartOf(count);
        for (; taken < count; taken++)
        {
            int error = plan.OfSend(isTrain: messages[taken].Header.ControlLength != 0);
            if (error != 0 && taken == 0)
                return -error;
            if (error != 0)
                break;
        }

        return _calls.SendMany(descriptor, messages, taken);
    }

    private void Spoil(ref MMsgHdr message)
    {
        message.Header.Flags |= MSG_TRUNC;
        bool isTrain = SegmentBytesOf(message.Header.Control, message.Header.ControlLength) != 0;
        if (!isTrain && message.Length == CellLayout.Size)
            plan.SpoiltCells++;
    }
}
