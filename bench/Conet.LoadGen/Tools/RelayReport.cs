namespace Conet.LoadGen.Tools;

/// <summary>What the relay did since it was last asked.</summary>
/// <param name="Received">Cells that came in at the client port.</param>
/// <param name="Forwarded">Cells that were sent on.</param>
/// <param name="Turns">Turns of the worker that handled any.</param>
/// <param name="BytesAllocated">Managed memory that the worker's thread took.</param>
/// <param name="Drops">Cells that were dropped, by reason; reasons without drops are left out.</param>
internal sealed record RelayReport(
    long Received, long Forwarded, long Turns, long BytesAllocated, IReadOnlyDictionary<string, long> Drops);
