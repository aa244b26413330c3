namespace Conet.Bench.Routing;

/// <summary>What one turn of look-ups took.</summary>
/// <param name="Sum">Sum of the values found: the same for every structure.</param>
/// <param name="Nanoseconds">Time by the clock.</param>
/// <param name="BytesAllocated">Managed memory allocated by the thread.</param>
internal readonly record struct LookUpTurn(ulong Sum, ulong Nanoseconds, long BytesAllocated);
