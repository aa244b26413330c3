using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Wire.Tests.Sockets;

/// <summary>A kernel that does as it is told, and keeps what it took.</summary>
internal sealed class SocketScript
{
    /// <summary>Per message that is tried: 0 takes it, else the errno.</summary>
    public Func<ScriptedMessage, int> Verdict { get; set; } = _ => 0;

    /// <summary>Messages that one call takes at most.</summary>
    public int MessagesPerCall { get; set; } = int.MaxValue;

    /// <summary>What a receive returns.</summary>
    public int ReceiveResult { get; set; } = -LinuxAbi.EAGAIN;

    public List<ScriptedMessage> Taken { get; } = [];

    public int Calls { get; set; }
}

/// <summary>A message as it was handed to the kernel.</summary>
internal sealed record ScriptedMessage(UdpEndpoint To, bool IsTrain, byte[][] Cells);

/// <summary>Has the script in place of libc.</summary>
internal readonly unsafe struct ScriptedCalls(SocketScript script) : ILinuxCalls
{
    public int ReceiveMany(int descriptor, LinuxAbi.MMsgHdr* messages, int count) => script.ReceiveResult;

    public int SendMany(int descriptor, LinuxAbi.MMsgHdr* messages, int count)
    {
        Assert.InRange(count, 1, 1_024);
        script.Calls++;
        int taken = 0;
        for (; taken < Math.Min(count, script.MessagesPerCall); taken++)
        {
            ScriptedMessage message = Read(messages[taken].Header);
            int error = script.Verdict(message);
            if (error != 0)
                return taken > 0 ? taken : -error;
            script.Taken.Add(message);
        }

        return taken;
    }

    private static ScriptedMessage Read(in LinuxAbi.MsgHdr header)
    {
        List<byte> bytes = [];
        for (nuint vector = 0; vector < header.VectorCount; vector++)
        {
            LinuxAbi.IoVec piece = header.Vectors[vector];
            bytes.AddRange(new ReadOnlySpan<byte>(piece.Base, (int)piece.Length));
        }

        byte[][] cells = [.. bytes.Chunk(CellLayout.Size)];
        Assert.All(cells, cell => Assert.Equal(CellLayout.Size, cell.Length));
        bool isTrain = header.ControlLength != 0;
        if (isTrain)
        {
            LinuxAbi.CMsgHdr* control = (LinuxAbi.CMsgHdr*)header.Control;
            Assert.Equal(LinuxAbi.UDP_SEGMENT, control->Type);
            Assert.Equal(CellLayout.Size, *(ushort*)(control + 1));
        }

        ReadOnlySpan<byte> name = new(header.Name, (int)header.NameLength);
        return new ScriptedMessage(LinuxSockAddr.Read(name), isTrain, cells);
    }
}
