namespace Conet.Bench.Forward;

/// <summary>The run cannot go on; the message says why in a line.</summary>
internal sealed class ForwardException(string message) : Exception(message);
