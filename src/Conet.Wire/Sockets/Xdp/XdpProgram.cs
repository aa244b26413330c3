using System.Buffers.Binary;
using System.Net;
using Conet.Wire.Cells;
using static Conet.Wire.Sockets.BpfCondition;
using static Conet.Wire.Sockets.BpfOperation;
using static Conet.Wire.Sockets.BpfRegister;
using static Conet.Wire.Sockets.BpfWidth;
using static Conet.Wire.Sockets.XdpLayout;

namespace Conet.Wire.Sockets;

/// <summary>What a program is made for. All numbers are the machine's; addresses big-endian.</summary>
internal sealed record XdpProgramOptions
{
    public required byte[] Mac { get; init; }

    public required uint OwnAddress { get; init; }

    public required ushort ClientPort { get; init; }

    public required ushort NodePort { get; init; }

    /// <summary>Interfaces that cells may leave by.</summary>
    public required IReadOnlyList<int> Interfaces { get; init; }

    public required int RoutesMap { get; init; }

    public required int NodesMap { get; init; }

    public required int CountersMap { get; init; }

    /// <summary>Counters of one processor.</summary>
    public required int CounterStride { get; init; }

    /// <summary>Eight secret numbers.</summary>
    public required ulong[] Secret { get; init; }
}

/// <summary>
/// The XDP program of a node: forwards a cell that came to the client port if the maps say where to, and
/// leaves everything else to the socket path. A packet is not touched before it is certain that it goes out.
/// Source: docs/SPEC.md, section 10; docs/decisions/0006.
/// </summary>
/// <remarks>
/// <code>
///   0          14         34    42                                     1202
///   +----------+----------+-----+--------------------------------------+
///   | Ethernet | IPv4     | UDP | cell                                 |
///   +----------+----------+-----+--------------------------------------+
///
///   R6 context   R7 packet   R8 homes, then interface   R9 word of a node
/// </code>
/// </remarks>
internal sealed class XdpProgram
{
    private const int Tx = 3;
    private const int Pass = 2;
    private const int Ethernet = 14;
    private const int Udp = Ethernet + 20;
    private const int Payload = Udp + 8;
    private const int FrameSize = Payload + CellLayout.Size;
    private const int UdpLength = 8 + CellLayout.Size;
    private const int IpLength = 20 + UdpLength;
    private const int ContextData = 0;
    private const int ContextDataEnd = 4;
    private const int ContextInterface = 12;
    private const int LoopbackInterface = 1;
    private const int FibSize = 64;

    private const int Key = -4;
    private const int Address = -24;
    private const int Fib = -96;

    private readonly BpfAssembler _code = new();
    private readonly XdpProgramOptions _options;
    private readonly BpfLabel[] _passes;
    private readonly BpfLabel _hop;
    private readonly BpfLabel _prefix;

    private XdpProgram(XdpProgramOptions options)
    {
        _options = options;
        _passes = [.. Enum.GetValues<XdpPass>().Select(_ => _code.Label())];
        _hop = _code.Label();
        _prefix = _code.Label();
    }

    /// <summary>The program's bytes.</summary>
    public static byte[] Assemble(XdpProgramOptions options)
    {
        XdpProgram program = new(options);
        program.TakeFrame();
        program.TakeHeaders();
        program.TakeSwitch();
        program.FindRoute();
        program.FindHome();
        program.FindPrefix();
        program.FindNeighbour();
        program.Rewrite();
        program.Send();
        program.LeavePacket();
        return program._code.Assemble();
    }

    private static ushort Wire(int number) => BinaryPrimitives.ReverseEndianness((ushort)number);

    private static uint Wire(uint number) => BinaryPrimitives.ReverseEndianness(number);

    private BpfLabel To(XdpPass reason) => _passes[(int)reason];

    /// <summary>A frame of exactly one cell, to this interface.</summary>
    private void TakeFrame()
    {
        _code.Operate(Move, R6, R1);
        _code.Read(Bits32, R2, R6, ContextDataEnd);
        _code.Read(Bits32, R7, R6, ContextData);
        _code.Operate(Move, R1, R7);
        _code.Operate(Add, R1, FrameSize);
        _code.JumpIf(R1, Greater, R2, To(XdpPass.NotACell));
        _code.Operate(Add, R1, 1);
        _code.JumpIf(R1, LessOrEqual, R2, To(XdpPass.NotACell));
        Expect(Bits32, 0, BinaryPrimitives.ReadUInt32LittleEndian(_options.Mac));
        Expect(Bits16, 4, BinaryPrimitives.ReadUInt16LittleEndian(_options.Mac.AsSpan(4)));
        Expect(Bits16, 12, Wire(0x0800));
    }

    /// <summary>IPv4 without options, whole, and UDP, to the client port.</summary>
    private void TakeHeaders()
    {
        Expect(Bits8, Ethernet, 0x45);
        Expect(Bits16, Ethernet + 2, Wire(IpLength));
        _code.Read(Bits16, R1, R7, Ethernet + 6);
        _code.JumpIf32(R1, AnyBit, Wire(0xBFFF), To(XdpPass.NotACell));
        Expect(Bits8, Ethernet + 9, 17);
        Expect(Bits32, Ethernet + 16, Wire(_options.OwnAddress));
        Expect(Bits16, Udp + 2, Wire(_options.ClientPort));
        Expect(Bits16, Udp + 4, Wire(UdpLength));

        _code.Read(Bits32, R1, R7, Ethernet);
        for (int offset = 4; offset < 20; offset += 4)
        {
            _code.Read(Bits32, R2, R7, Ethernet + offset);
            _code.Operate(Add, R1, R2);
        }

        Fold();
        Fold();
        Fold();
        _code.JumpIf(R1, NotEqual, 0xFFFF, To(XdpPass.NotACell));
    }

    private void TakeSwitch()
    {
        _code.Write(Bits32, Frame, Key, 0);
        LookUp(_options.NodesMap, Key);
        _code.JumpIf(R0, Equal, 0, To(XdpPass.Off));
        _code.Read(Bits64, R1, R0, 0);
        _code.JumpIf(R1, Equal, 0, To(XdpPass.Off));
    }

    private void FindRoute()
    {
        for (int offset = 0; offset < RouteKeySize; offset += 4)
        {
            _code.Read(Bits32, R1, R7, Payload + offset);
            _code.Write(Bits32, Frame, Address + offset, R1);
        }

        LookUp(_options.RoutesMap, Address);
        _code.JumpIf(R0, Equal, 0, _prefix);
        _code.Read(Bits64, R8, R0, 0);
        _code.Read(Bits64, R9, R0, 8);

        _code.Constant(R3, _options.Secret[CheckWords - 1]);
        for (int word = 0; word < RouteKeySize / 4; word++)
        {
            _code.Read(Bits32, R1, Frame, Address + (4 * word));
            AddToCheck(word);
        }

        _code.Operate(Move, R1, R8);
        _code.Truncate(R1);
        AddToCheck(5);
        _code.Operate(Move, R1, R8);
        _code.Operate(ShiftRight, R1, 32);
        AddToCheck(6);
        _code.JumpIf(R3, NotEqual, R9, To(XdpPass.Torn));
        _code.JumpIf(R8, Equal, 0, To(XdpPass.Kept));
    }

    private void AddToCheck(int word)
    {
        _code.Constant(R2, _options.Secret[word]);
        _code.Operate(Multiply, R1, R2);
        _code.Operate(Add, R3, R1);
    }

    /// <summary>The first home that has an endpoint, or must be left to the socket path.</summary>
    private void FindHome()
    {
        for (int home = 0; home < 3; home++)
        {
            BpfLabel next = _code.Label();
            _code.Operate(Move, R1, R8);
            _code.Operate(And, R1, (1 << NodeIdBits) - 1);
            _code.JumpIf(R1, Equal, 0, To(XdpPass.Unreachable));
            ReadNode();
            _code.JumpIf(R1, Equal, StateNone, next);
            _code.JumpIf(R1, Equal, StateKeep, To(XdpPass.Kept));
            _code.Jump(_hop);
            _code.Bind(next);
            _code.Operate(ShiftRight, R8, NodeIdBits);
        }

        _code.Jump(To(XdpPass.Unreachable));
    }

    private void FindPrefix()
    {
        _code.Bind(_prefix);
        _code.Read(Bits32, R1, Frame, Address);
        _code.FromNetworkOrder(R1);
        _code.JumpIf(R1, Equal, 0, To(XdpPass.Unknown));
        _code.JumpIf(R1, GreaterOrEqual, 1 << NodeIdBits, To(XdpPass.Unknown));
        ReadNode();
        _code.JumpIf(R1, Equal, StateNone, To(XdpPass.Unreachable));
        _code.JumpIf(R1, NotEqual, StateForward, To(XdpPass.Kept));
    }

    /// <summary>The word of node R1 to R9, its state to R1.</summary>
    private void ReadNode()
    {
        _code.Write(Bits32, Frame, Key, R1);
        LookUp(_options.NodesMap, Key);
        _code.JumpIf(R0, Equal, 0, To(XdpPass.Unknown));
        _code.Read(Bits64, R9, R0, 0);
        _code.Operate(Move, R1, R9);
        _code.Operate(ShiftRight, R1, StateShift);
    }

    /// <summary>
    /// Asks the system's routes as a socket of this machine would: from the loopback interface.
    /// </summary>
    private void FindNeighbour()
    {
        _code.Bind(_hop);
        for (int offset = 0; offset < FibSize; offset += 8)
            _code.Write(Bits64, Frame, Fib + offset, 0);
        _code.Write(Bits8, Frame, Fib, 2);
        _code.Write(Bits8, Frame, Fib + 1, 17);
        _code.Write(Bits16, Frame, Fib + 2, Wire(_options.NodePort));
        _code.Operate(Move, R1, R9);
        _code.Operate(ShiftRight, R1, 32);
        _code.Write(Bits16, Frame, Fib + 4, R1);
        _code.Write(Bits16, Frame, Fib + 6, IpLength);
        _code.Write(Bits32, Frame, Fib + 8, LoopbackInterface);
        _code.Write(Bits32, Frame, Fib + 16, (int)Wire(_options.OwnAddress));
        _code.Write(Bits32, Frame, Fib + 32, R9);
        _code.Operate(Move, R1, R6);
        _code.Operate(Move, R2, Frame);
        _code.Operate(Add, R2, Fib);
        _code.Operate(Move, R3, FibSize);
        _code.Operate(Move, R4, 0);
        _code.Call(BpfFunction.FibLookup);
        _code.JumpIf(R0, NotEqual, 0, To(XdpPass.NoNeighbour));

        BpfLabel attached = _code.Label();
        _code.Read(Bits32, R8, Frame, Fib + 8);
        foreach (int index in _options.Interfaces)
            _code.JumpIf(R8, Equal, index, attached);
        _code.Jump(To(XdpPass.OtherInterface));
        _code.Bind(attached);
    }

    private void Rewrite()
    {
        RewriteChecksum();
        Copy(Bits16, 0, Fib + 58);
        Copy(Bits32, 2, Fib + 60);
        Copy(Bits32, 6, Fib + 52);
        Copy(Bits16, 10, Fib + 56);

        uint own = Wire(_options.OwnAddress);
        ReadOnlySpan<ushort> words = [0x4500, IpLength, 0, 0x4000, 0x4011];
        int sum = (int)(own & 0xFFFF) + (int)(own >> 16);
        foreach (ushort word in words)
            sum += Wire(word);
        _code.Write(Bits32, R7, Ethernet, (int)Wire(0x4500_0000u | IpLength));
        _code.Write(Bits32, R7, Ethernet + 4, (int)Wire(0x4000u));
        _code.Write(Bits16, R7, Ethernet + 8, Wire(0x4011));
        _code.Write(Bits32, R7, Ethernet + 12, (int)own);
        _code.Write(Bits32, R7, Ethernet + 16, R9);
        _code.Operate(Move, R1, R9);
        _code.Truncate(R1);
        Fold();
        _code.Operate(Add, R1, sum);
        Fold();
        Fold();
        _code.Operate(Xor, R1, 0xFFFF);
        _code.Write(Bits16, R7, Ethernet + 10, R1);

        _code.Write(Bits16, R7, Udp, Wire(_options.NodePort));
        _code.Operate(Move, R1, R9);
        _code.Operate(ShiftRight, R1, 32);
        _code.Write(Bits16, R7, Udp + 2, R1);
    }

    /// <summary>
    /// Brings the UDP checksum from the old addresses and ports to the new ones (RFC 1624), so that a cell
    /// that was damaged before stays so. A sender on this machine has left only the sum of its pseudo header
    /// there: then there is none (0), as where there was none. Own address and UDP length stand in both.
    /// </summary>
    private void RewriteChecksum()
    {
        BpfLabel none = _code.Label(), isSum = _code.Label(), done = _code.Label();
        uint own = Wire(_options.OwnAddress);
        _code.Read(Bits32, R1, R7, Ethernet + 12);
        Fold();
        _code.Operate(Move, R3, R1);
        _code.Operate(Add, R1, (int)((own & 0xFFFF) + (own >> 16)) + Wire(17) + Wire(UdpLength));
        Fold();
        Fold();
        _code.Read(Bits16, R4, R7, Udp + 6);
        _code.JumpIf(R4, Equal, 0, none);
        _code.JumpIf(R4, Equal, R1, none);

        _code.Operate(Move, R1, R3);
        _code.Read(Bits16, R2, R7, Udp);
        _code.Operate(Add, R1, R2);
        _code.Operate(Add, R1, Wire(_options.ClientPort));
        Fold();
        Fold();
        _code.Operate(Xor, R1, 0xFFFF);
        _code.Operate(Xor, R4, 0xFFFF);
        _code.Operate(Add, R1, R4);
        _code.Operate(Move, R4, R9);
        _code.Truncate(R4);
        _code.Operate(Add, R1, R4);
        _code.Operate(Move, R4, R9);
        _code.Operate(ShiftRight, R4, 32);
        _code.Operate(And, R4, 0xFFFF);
        _code.Operate(Add, R1, R4);
        _code.Operate(Add, R1, Wire(_options.NodePort));
        Fold();
        Fold();
        Fold();
        _code.Operate(Xor, R1, 0xFFFF);
        _code.JumpIf(R1, NotEqual, 0, isSum);
        _code.Operate(Move, R1, 0xFFFF);
        _code.Bind(isSum);
        _code.Write(Bits16, R7, Udp + 6, R1);
        _code.Jump(done);
        _code.Bind(none);
        _code.Write(Bits16, R7, Udp + 6, 0);
        _code.Bind(done);
    }

    private void Send()
    {
        BpfLabel redirect = _code.Label(), uncounted = _code.Label();
        _code.Operate(Move, R7, ForwardedCounter);
        Count(uncounted);
        _code.Operate(ShiftRight, R9, HopShift);
        _code.Operate(And, R9, HopMask);
        _code.Operate(Move, R7, R9);
        _code.Operate(Add, R7, FirstHopCounter);
        Count(uncounted);
        _code.Bind(uncounted);
        _code.Read(Bits32, R1, R6, ContextInterface);
        _code.JumpIf(R1, NotEqual, R8, redirect);
        _code.Operate(Move, R0, Tx);
        _code.Exit();
        _code.Bind(redirect);
        _code.Operate(Move, R1, R8);
        _code.Operate(Move, R2, 0);
        _code.Call(BpfFunction.Redirect);
        _code.Exit();
    }

    private void LeavePacket()
    {
        BpfLabel count = _code.Label(), uncounted = _code.Label();
        for (int reason = 0; reason < _passes.Length; reason++)
        {
            _code.Bind(_passes[reason]);
            _code.Operate(Move, R7, reason);
            _code.Jump(count);
        }

        _code.Bind(count);
        Count(uncounted);
        _code.Bind(uncounted);
        _code.Operate(Move, R0, Pass);
        _code.Exit();
    }

    /// <summary>Adds 1 to counter R7 of this processor.</summary>
    private void Count(BpfLabel uncounted)
    {
        _code.Call(BpfFunction.CurrentProcessor);
        _code.Operate(Multiply, R0, _options.CounterStride);
        _code.Operate(Add, R0, R7);
        _code.Write(Bits32, Frame, Key, R0);
        LookUp(_options.CountersMap, Key);
        _code.JumpIf(R0, Equal, 0, uncounted);
        _code.Read(Bits64, R1, R0, 0);
        _code.Operate(Add, R1, 1);
        _code.Write(Bits64, R0, 0, R1);
    }

    private void LookUp(int map, int key)
    {
        _code.Map(R1, map);
        _code.Operate(Move, R2, Frame);
        _code.Operate(Add, R2, key);
        _code.Call(BpfFunction.MapLookup);
    }

    private void Expect(BpfWidth width, int offset, uint value)
    {
        _code.Read(width, R1, R7, offset);
        _code.JumpIf32(R1, NotEqual, value, To(XdpPass.NotACell));
    }

    private void Copy(BpfWidth width, int offset, int from)
    {
        _code.Read(width, R1, Frame, from);
        _code.Write(width, R7, offset, R1);
    }

    /// <summary>One step of the ones' complement sum in R1.</summary>
    private void Fold()
    {
        _code.Operate(Move, R2, R1);
        _code.Operate(ShiftRight, R2, 16);
        _code.Operate(And, R1, 0xFFFF);
        _code.Operate(Add, R1, R2);
    }
}
