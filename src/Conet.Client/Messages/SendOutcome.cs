using Conet.Wire.Sealing;

namespace Conet.Client;

/// <summary>What became of a message.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Id">The message's id; default if nothing was sent.</param>
/// <param name="Receipt">The receipt, or null.</param>
/// <param name="CellsSent">Cells sent, repetitions included.</param>
/// <param name="CellsRepeated">Cells sent again.</param>
public sealed record SendOutcome(
    SendStatus Status, MessageId Id, Receipt? Receipt, int CellsSent, int CellsRepeated);
