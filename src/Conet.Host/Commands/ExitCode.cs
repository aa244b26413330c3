namespace Conet.Host.Commands;

/// <summary>Exit codes of the conet command; above 2 they are those of sysexits(3).</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>
    /// It was tried and did not work: nobody answered, a message was lost, a transaction was refused.
    /// </summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>A file or value that was given cannot be used.</summary>
    public const int BadData = 65;

    /// <summary>Something that was named is not there.</summary>
    public const int NoInput = 66;

    /// <summary>A part this needs is not there or does not answer: a chain, a node, a program.</summary>
    public const int Unavailable = 69;

    /// <summary>A mistake of the program itself.</summary>
    public const int Software = 70;

    /// <summary>A file cannot be written.</summary>
    public const int CannotCreate = 73;

    /// <summary>The configuration is wrong.</summary>
    public const int Config = 78;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
