namespace Conet.Host.Node;

/// <summary>The two clocks of control: one for what others wrote, one for what is measured here.</summary>
/// <param name="UnixMs">Milliseconds since 1970; may jump.</param>
/// <param name="MonotonicMs">Milliseconds of a clock that never goes back; leases and intervals.</param>
public readonly record struct ControlTime(ulong UnixMs, long MonotonicMs);
