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
