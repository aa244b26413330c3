namespace Conet.Routing.Tables;

/// <summary>Gives a part of many distinct addresses with their values. Any thread, several at once.</summary>
/// <param name="first">Number of the first.</param>
/// <param name="addresses">Receives 20 bytes for each.</param>
/// <param name="values">Receives one for each; its length says how many are asked for.</param>
internal delegate void RouteReader(long first, Span<byte> addresses, Span<uint> values);
