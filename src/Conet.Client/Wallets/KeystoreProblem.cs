namespace Conet.Client;

/// <summary>Why a keystore was not opened.</summary>
public enum KeystoreProblem
{
    /// <summary>It was opened.</summary>
    None,

    /// <summary>
    /// Not a keystore, too large, a field of the wrong form, or it holds no wallet or another than it names.
    /// </summary>
    Malformed,

    /// <summary>A keystore of another version, cipher, key derivation or key length.</summary>
    Unsupported,

    /// <summary>
    /// Opening it would take more time or memory than <see cref="ClientLimits"/> allow, or than there is.
    /// </summary>
    TooCostly,

    /// <summary>
    /// Everything is in order but the password; or the ciphertext was altered, which looks the same.
    /// </summary>
    WrongPassword,
}
