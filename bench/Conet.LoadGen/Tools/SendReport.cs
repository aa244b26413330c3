namespace Conet.LoadGen.Tools;

/// <summary>What the generator did for one order.</summary>
/// <param name="Cells">Cells the kernel took.</param>
/// <param name="Refused">Cells it did not take.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="CellsPerSecond">Rate that was reached.</param>
internal sealed record SendReport(long Cells, long Refused, double Seconds, double CellsPerSecond);
