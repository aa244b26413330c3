namespace Conet.LoadGen.Tools;

/// <summary>The system refused something a tool cannot do without; the message says what in a line.</summary>
internal sealed class ToolException(string message) : Exception(message);
