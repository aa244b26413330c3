namespace Conet.Wire.Sockets;

/// <summary>A socket could not be opened. The message is one line that says which and why.</summary>
public sealed class CellSocketException : Exception
{
    /// <summary>Makes the exception.</summary>
    public CellSocketException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
