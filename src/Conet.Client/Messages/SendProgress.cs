namespace Conet.Client;

/// <summary>How far a long message has come.</summary>
/// <param name="Acknowledged">Cells the recipient has.</param>
/// <param name="Count">Cells in all.</param>
public readonly record struct SendProgress(int Acknowledged, int Count);
