using System.Buffers.Binary;

namespace Conet.Wire.Sockets;

/// <summary>
/// Writes an eBPF program, an instruction a call. Jumps lead forward only: a label is bound once, after its
/// jumps, so that every program ends. Source: RFC 9669.
/// </summary>
/// <remarks>
/// <code>
///   byte  0     1             2        4            8
///        +-----+------+------+--------+------------+
///        | op  | dst4 | src4 | offset | immediate  |   little-endian; a 64-bit constant takes two
///        +-----+------+------+--------+------------+
/// </code>
/// </remarks>
internal sealed class BpfAssembler
{
    /// <summary>Bytes of an instruction.</summary>
    public const int InstructionSize = 8;

    private const byte Load = 0x01;
    private const byte StoreImmediate = 0x02;
    private const byte StoreRegister = 0x03;
    private const byte Jump64 = 0x05;
    private const byte Jump32 = 0x06;
    private const byte Alu64 = 0x07;
    private const byte Memory = 0x60;
    private const byte FromRegister = 0x08;
    private const byte LoadConstant = 0x18;
    private const byte ByteSwap = 0xDC;
    private const byte Move32 = 0xBC;
    private const byte CallFunction = 0x85;
    private const byte Return = 0x95;
    private const int MapDescriptor = 1;

    private readonly List<byte[]> _code = [];
    private readonly List<(int At, BpfLabel To)> _jumps = [];
    private readonly List<int> _labels = [];

    /// <summary>A label that is not bound yet.</summary>
    public BpfLabel Label()
    {
        _labels.Add(-1);
        return new BpfLabel(_labels.Count - 1);
    }

    /// <summary>Binds a label to the next instruction.</summary>
    public void Bind(BpfLabel label)
    {
        if (_labels[label.Index] >= 0)
            throw new InvalidOperationException("A label is bound once.");
        _labels[label.Index] = _code.Count;
    }

    /// <summary>Operates on a register and a constant, which is sign-extended.</summary>
    public void Operate(BpfOperation operation, BpfRegister target, int constant) =>
        Emit((byte)((byte)operation | Alu64), target, 0, 0, constant);

    /// <summary>Operates on two registers.</summary>
    public void Operate(BpfOperation operation, BpfRegister target, BpfRegister source) =>
        Emit((byte)((byte)operation | Alu64 | FromRegister), target, source, 0, 0);

    /// <summary>Keeps the low 32 bits of a register.</summary>
    public void Truncate(BpfRegister target) => Emit(Move32, target, target, 0, 0);

    /// <summary>Turns the low 32 bits from network order to the machine's.</summary>
    public void FromNetworkOrder(BpfRegister target) => Emit(ByteSwap, target, 0, 0, 32);

    /// <summary>Sets a register to 64 bits.</summary>
    public void Constant(BpfRegister target, ulong value) => EmitWide(target, 0, value);

    /// <summary>Sets a register to a map, by its descriptor in this process.</summary>
    public void Map(BpfRegister target, int descriptor) => EmitWide(target, MapDescriptor, (uint)descriptor);

    /// <summary>Loads from memory, zero-extended.</summary>
    public void Read(BpfWidth width, BpfRegister target, BpfRegister from, int offset) =>
        Emit((byte)(Memory | (byte)width | Load), target, from, offset, 0);

    /// <summary>Stores a register.</summary>
    public void Write(BpfWidth width, BpfRegister to, int offset, BpfRegister source) =>
        Emit((byte)(Memory | (byte)width | StoreRegister), to, source, offset, 0);

    /// <summary>Stores a constant.</summary>
    public void Write(BpfWidth width, BpfRegister to, int offset, int constant) =>
        Emit((byte)(Memory | (byte)width | StoreImmediate), to, 0, offset, constant);

    /// <summary>Jumps always.</summary>
    public void Jump(BpfLabel to)
    {
        _jumps.Add((_code.Count, to));
        Emit(Jump64, 0, 0, 0, 0);
    }

    /// <summary>Jumps when 64 bits compare so with a constant, which is sign-extended.</summary>
    public void JumpIf(BpfRegister left, BpfCondition condition, int constant, BpfLabel to)
    {
        _jumps.Add((_code.Count, to));
        Emit((byte)((byte)condition | Jump64), left, 0, 0, constant);
    }

    /// <summary>Jumps when two registers compare so.</summary>
    public void JumpIf(BpfRegister left, BpfCondition condition, BpfRegister right, BpfLabel to)
    {
        _jumps.Add((_code.Count, to));
        Emit((byte)((byte)condition | Jump64 | FromRegister), left, right, 0, 0);
    }

    /// <summary>Jumps when the low 32 bits compare so with a constant.</summary>
    public void JumpIf32(BpfRegister left, BpfCondition condition, uint constant, BpfLabel to)
    {
        _jumps.Add((_code.Count, to));
        Emit((byte)((byte)condition | Jump32), left, 0, 0, (int)constant);
    }

    /// <summary>Calls a function of the kernel with R1 to R5; its result is in R0.</summary>
    public void Call(BpfFunction function) => Emit(CallFunction, 0, 0, 0, (int)function);

    /// <summary>Ends the program with R0.</summary>
    public void Exit() => Emit(Return, 0, 0, 0, 0);

    /// <summary>The program's bytes.</summary>
    /// <exception cref="InvalidOperationException">A jump leads nowhere, back, or too far.</exception>
    public byte[] Assemble()
    {
        byte[] program = new byte[_code.Count * InstructionSize];
        for (int index = 0; index < _code.Count; index++)
            _code[index].CopyTo(program, index * InstructionSize);
        foreach (var (at, to) in _jumps)
        {
            int distance = _labels[to.Index] - at - 1;
            if (distance is < 0 or > short.MaxValue)
                throw new InvalidOperationException($"The jump of instruction {at} does not lead forward.");
            BinaryPrimitives.WriteInt16LittleEndian(
                program.AsSpan((at * InstructionSize) + 2), (short)distance);
        }

        return program;
    }

    private void EmitWide(BpfRegister target, byte kind, ulong value)
    {
        Emit(LoadConstant, target, (BpfRegister)kind, 0, (int)(uint)value);
        Emit(0, 0, 0, 0, (int)(uint)(value >> 32));
    }

    private void Emit(byte code, BpfRegister target, BpfRegister source, int offset, int constant)
    {
        byte[] instruction = new byte[InstructionSize];
        instruction[0] = code;
        instruction[1] = (byte)((byte)target | ((byte)source << 4));
        BinaryPrimitives.WriteInt16LittleEndian(instruction.AsSpan(2), checked((short)offset));
        BinaryPrimitives.WriteInt32LittleEndian(instruction.AsSpan(4), constant);
        _code.Add(instruction);
    }
}
