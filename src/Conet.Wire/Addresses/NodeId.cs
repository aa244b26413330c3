namespace Conet.Wire.Addresses;

/// <summary>The id of a node in its registry: from 1 up, never reused; 0 means none.</summary>
/// <param name="Value">The number.</param>
public readonly record struct NodeId(uint Value);
