namespace Conet.Wire.Sockets;

/// <summary>Functions of the kernel that a program calls (linux/bpf.h).</summary>
internal enum BpfFunction
{
    MapLookup = 1,
    CurrentProcessor = 8,
    Redirect = 23,
    FibLookup = 69,
}
