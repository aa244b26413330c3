namespace Conet.Bench.Wire.Gate;

/// <summary>Managed bytes that one thread took while it did something many times.</summary>
/// <param name="Operations">How many times.</param>
/// <param name="Bytes">Bytes in all.</param>
internal readonly record struct AllocationCount(long Operations, long Bytes);
