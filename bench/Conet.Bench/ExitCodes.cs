namespace Conet.Bench;

/// <summary>Exit codes of sysexits(3), as ./conet uses them.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The run ended, and what it measured breaks a promise.</summary>
    public const int Failed = 1;

    /// <summary>The user's mistake.</summary>
    public const int Usage = 64;

    /// <summary>The benchmark itself is broken: nothing ran.</summary>
    public const int Broken = 70;
}
