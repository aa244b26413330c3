namespace Conet.Wire.Sockets;

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
