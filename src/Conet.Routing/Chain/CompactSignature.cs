using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// A signature in the compact form of EIP-2098: r, and s with the recovery bit in its top bit. Both zero
/// means "unsigned" in a route event (contract wallets, and cleared routes).
/// </summary>
/// <param name="R">r, big-endian.</param>
/// <param name="Vs">Recovery bit in bit 255, s below; a low s never needs that bit.</param>
public readonly record struct CompactSignature(Bytes32 R, Bytes32 Vs)
{
    /// <summary>Size of the 65-byte form r | s | v.</summary>
    public const int FullSize = 65;

    private const int SOffset = 32, VOffset = SOffset + 32;
    private const byte VBase = 27, RecoveryBit = 0x80;

    /// <summary>True when both words are zero.</summary>
    public bool IsUnsigned => R.IsZero && Vs.IsZero;

    /// <summary>
    /// Packs r | s | v with v 27 or 28; false for another v, or an s that needs its top bit.
    /// </summary>
    public static bool TryFromFull(ReadOnlySpan<byte> signature65, out CompactSignature compact)
    {
        compact = default;
        if (signature65.Length != FullSize) throw new ArgumentException("65 bytes.", nameof(signature65));
        byte v = signature65[VOffset];
        if (v is not (VBase or VBase + 1) || (signature65[SOffset] & RecoveryBit) != 0) return false;
        Span<byte> vs = stackalloc byte[Bytes32.Size];
        signature65.Slice(SOffset, Bytes32.Size).CopyTo(vs);
        if (v == VBase + 1) vs[0] |= RecoveryBit;
        compact = new CompactSignature(new Bytes32(signature65[..SOffset]), new Bytes32(vs));
        return true;
    }

    /// <summary>Writes r | s | v with v 27 or 28.</summary>
    public void WriteFull(Span<byte> signature65)
    {
        R.CopyTo(signature65);
        Vs.CopyTo(signature65[SOffset..]);
        signature65[VOffset] = (byte)(VBase + (signature65[SOffset] >> 7));
        signature65[SOffset] &= unchecked((byte)~RecoveryBit);
    }

    /// <summary>Signs a 32-byte digest.</summary>
    public static CompactSignature Sign(Wallet wallet, ReadOnlySpan<byte> digest32)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        Span<byte> signature = stackalloc byte[FullSize];
        wallet.Sign(digest32, signature);
        if (!TryFromFull(signature, out CompactSignature compact))
            throw new InvalidOperationException("The wallet gave a signature that is not canonical.");
        return compact;
    }

    /// <summary>
    /// Recovers the signer; false when r or s is out of range, s is high, or nothing can be recovered.
    /// </summary>
    public bool TryRecover(ReadOnlySpan<byte> digest32, out Address signer)
    {
        Span<byte> signature = stackalloc byte[FullSize];
        WriteFull(signature);
        return Wallet.TryRecover(digest32, signature, out signer);
    }
}
