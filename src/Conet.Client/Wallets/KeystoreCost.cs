using System.Numerics;

namespace Conet.Client;

/// <summary>
/// What scrypt is asked to spend on a password: about 128 * N * R bytes and N * R * P steps.
/// </summary>
/// <param name="N">Cost: a power of two above 1.</param>
/// <param name="R">Block size in 128 bytes.</param>
/// <param name="P">Repetitions.</param>
public sealed record KeystoreCost(uint N, uint R, uint P)
{
    private const int BlockBytes = 128;

    /// <summary>For wallets that matter: 128 MiB and about half a second.</summary>
    public static KeystoreCost Default { get; } = new(1 << 17, 8, 1);

    /// <summary>
    /// For demonstrations and tests: 4 MiB and a few milliseconds. Protects only a good password.
    /// </summary>
    public static KeystoreCost Light { get; } = new(1 << 12, 8, 1);

    /// <summary>True for parameters that scrypt is defined for.</summary>
    internal bool IsDefined => N > 1 && BitOperations.IsPow2(N) && R > 0 && P > 0;

    /// <summary>True when time and memory stay within <see cref="ClientLimits"/>.</summary>
    internal bool IsAffordable
    {
        get
        {
            UInt128 steps = (UInt128)N * R * P;
            UInt128 bytes = BlockBytes * ((UInt128)R * N + (UInt128)R * P);
            return steps <= ClientLimits.ScryptStepsMax && bytes <= ClientLimits.ScryptBytesMax;
        }
    }
}
