namespace Conet.Wire.Sockets;

/// <summary>Bytes that a load or store moves, as the instruction has it.</summary>
internal enum BpfWidth : byte
{
    Bits32 = 0x00,
    Bits16 = 0x08,
    Bits8 = 0x10,
    Bits64 = 0x18,
}
