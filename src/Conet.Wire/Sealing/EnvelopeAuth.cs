namespace Conet.Wire.Sealing;

/// <summary>How the sender of an envelope is shown (docs/SPEC.md, section 5).</summary>
public enum EnvelopeAuth : byte
{
    /// <summary>Nobody is named.</summary>
    None = 0,

    /// <summary>An externally owned wallet signed it (EIP-712, secp256k1).</summary>
    Wallet = 1,
}
