namespace Conet.Client;

/// <summary>Something a caller must know of went wrong; the message is one line and says what.</summary>
public sealed class ConetClientException : Exception
{
    /// <summary>Makes an exception with a one-line message.</summary>
    public ConetClientException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a one-line message and its cause.</summary>
    public ConetClientException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception without a message of its own.</summary>
    public ConetClientException()
    {
    }
}
