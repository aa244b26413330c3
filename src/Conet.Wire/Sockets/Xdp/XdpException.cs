namespace Conet.Wire.Sockets;

/// <summary>
/// Cells cannot be forwarded in the driver here. The message is one line that says why and what to do.
/// </summary>
public sealed class XdpException : Exception
{
    /// <summary>Makes the exception.</summary>
    public XdpException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
