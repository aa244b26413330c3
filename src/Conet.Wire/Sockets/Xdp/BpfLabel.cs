namespace Conet.Wire.Sockets;

/// <summary>A place in a program that a jump leads to.</summary>
internal readonly record struct BpfLabel(int Index);
