namespace Conet.Wire.Sockets;

/// <summary>
/// The registers of an eBPF program. R0 is a result, R1 to R5 are arguments and lost by a call.
/// </summary>
internal enum BpfRegister : byte
{
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,

    /// <summary>Top of the stack of 512 bytes; read only.</summary>
    Frame,
}

/// <summary>Bytes that a load or store moves, as the instruction has it.</summary>
internal enum BpfWidth : byte
{
    Bits32 = 0x00,
    Bits16 = 0x08,
    Bits8 = 0x10,
    Bits64 = 0x18,
}

/// <summary>Arithmetic on 64 bits, as the instruction has it.</summary>
internal enum BpfOperation : byte
{
    Add = 0x00,
    Multiply = 0x20,
    And = 0x50,
    ShiftLeft = 0x60,
    ShiftRight = 0x70,
    Xor = 0xA0,
    Move = 0xB0,
}

/// <summary>When a jump is taken, as the instruction has it; numbers are unsigned.</summary>
internal enum BpfCondition : byte
{
    Equal = 0x10,
    Greater = 0x20,
    GreaterOrEqual = 0x30,
    AnyBit = 0x40,
    NotEqual = 0x50,
    LessOrEqual = 0xB0,
}

/// <summary>Functions of the kernel that a program calls (linux/bpf.h).</summary>
internal enum BpfFunction
{
    MapLookup = 1,
    CurrentProcessor = 8,
    Redirect = 23,
    FibLookup = 69,
}

/// <summary>A place in a program that a jump leads to.</summary>
internal readonly record struct BpfLabel(int Index);
