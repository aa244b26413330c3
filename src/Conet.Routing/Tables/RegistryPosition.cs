using Conet.Routing.Chain;

namespace Conet.Routing.Tables;

/// <summary>How far a registry's events have been applied.</summary>
/// <param name="Count">Sequence number of the last event; 0 for none.</param>
/// <param name="Hash">The rolling hash after it; zero at first.</param>
public readonly record struct RegistryPosition(ulong Count, Bytes32 Hash);
