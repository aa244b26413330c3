namespace Conet.Wire.Sockets;

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
