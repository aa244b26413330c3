using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Conet.Wire.Native;

/// <summary>
/// libsecp256k1, names as in C. The context is made and blinded once and only read afterwards, so any thread
/// may call.
/// </summary>
internal static unsafe partial class Secp256k1
{
    internal const int InternalSize = 64;
    internal const int RecoverableInternalSize = 65;

    private const string Library = "secp256k1";
    private const uint ContextNone = 1;
    private const uint Uncompressed = 2;

    private static readonly IntPtr _context = CreateContext();

    private static IntPtr CreateContext()
    {
        NativeLibraries.Register();
        IntPtr context = secp256k1_context_create(ContextNone);
        byte* seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(new Span<byte>(seed, 32));
        if (context == IntPtr.Zero || secp256k1_context_randomize(context, seed) != 1)
            throw new InvalidOperationException("libsecp256k1 did not start.");
        return context;
    }

    /// <summary>True for a secret key of 1 to n-1.</summary>
    internal static bool IsSecretKey(ReadOnlySpan<byte> secret)
    {
        fixed (byte* key = secret)
            return secret.Length == 32 && secp256k1_ec_seckey_verify(_context, key) == 1;
    }

    /// <summary>Writes x and y of the public key.</summary>
    internal static void GetPublicKey(ReadOnlySpan<byte> secret, Span<byte> xy)
    {
        byte* pubkey = stackalloc byte[InternalSize];
        fixed (byte* key = secret)
        {
            if (secp256k1_ec_pubkey_create(_context, pubkey, key) != 1)
                throw new CryptographicException("The secret key is out of range.");
        }

        Serialize(pubkey, xy);
    }

    /// <summary>Signs by RFC 6979, low-S; the recovery id is 0 or 1, or very rarely 2 or 3.</summary>
    internal static int Sign(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> secret, Span<byte> rs)
    {
        byte* signature = stackalloc byte[RecoverableInternalSize];
        int recoveryId;
        fixed (byte* message = digest, key = secret, output = rs)
        {
            if (secp256k1_ecdsa_sign_recoverable(_context, signature, message, key, null, null) != 1)
                throw new CryptographicException("Signing failed.");
            secp256k1_ecdsa_recoverable_signature_serialize_compact(_context, output, &recoveryId, signature);
        }

        return recoveryId;
    }

    /// <summary>
    /// Recovers x and y. Judges neither low-S nor anything else: the caller does that first.
    /// </summary>
    internal static bool TryRecover(
        ReadOnlySpan<byte> digest, ReadOnlySpan<byte> rs, int recoveryId, Span<byte> xy)
    {
        byte* signature = stackalloc byte[RecoverableInternalSize];
        byte* pubkey = stackalloc byte[InternalSize];
        fixed (byte* message = digest, input = rs)
        {
            if (secp256k1_ecdsa_recoverable_signature_parse_compact(
                    _context, signature, input, recoveryId) != 1
                || secp256k1_ecdsa_recover(_context, pubkey, signature, message) != 1)
            {
                return false;
            }
        }

        Serialize(pubkey, xy);
        return true;
    }

    /// <summary>Verifies r, s; false for a high s. The key is x and y.</summary>
    internal static bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> rs, ReadOnlySpan<byte> xy)
    {
        byte* signature = stackalloc byte[InternalSize];
        byte* pubkey = stackalloc byte[InternalSize];
        byte* encoded = stackalloc byte[65];
        encoded[0] = 4;
        xy.CopyTo(new Span<byte>(encoded + 1, 64));
        fixed (byte* message = digest, input = rs)
        {
            return secp256k1_ec_pubkey_parse(_context, pubkey, encoded, 65) == 1
                && secp256k1_ecdsa_signature_parse_compact(_context, signature, input) == 1
                && secp256k1_ecdsa_verify(_context, signature, message, pubkey) == 1;
        }
    }

    private static void Serialize(byte* pubkey, Span<byte> xy)
    {
        byte* encoded = stackalloc byte[65];
        nuint length = 65;
        secp256k1_ec_pubkey_serialize(_context, encoded, &length, pubkey, Uncompressed);
        new ReadOnlySpan<byte>(encoded + 1, 64).CopyTo(xy);
    }

    [LibraryImport(Library)]
    private static partial IntPtr secp256k1_context_create(uint flags);

    [LibraryImport(Library)]
    private static partial int secp256k1_context_randomize(IntPtr context, byte* seed32);

    [LibraryImport(Library)]
    private static partial int secp256k1_ec_seckey_verify(IntPtr context, byte* seckey);

    [LibraryImport(Library)]
    private static partial int secp256k1_ec_pubkey_create(IntPtr context, byte* pubkey, byte* seckey);

    [LibraryImport(Library)]
    private static partial int secp256k1_ec_pubkey_parse(
        IntPtr context, byte* pubkey, byte* input, nuint length);

    [LibraryImport(Library)]
    private static partial int secp256k1_ec_pubkey_serialize(
        IntPtr context, byte* output, nuint* outputlen, byte* pubkey, uint flags);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_sign_recoverable(
        IntPtr context, byte* sig, byte* msghash32, byte* seckey, void* noncefp, void* ndata);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_recoverable_signature_serialize_compact(
        IntPtr context, byte* output64, int* recid, byte* sig);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_recoverable_signature_parse_compact(
        IntPtr context, byte* sig, byte* input64, int recid);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_recover(
        IntPtr context, byte* pubkey, byte* sig, byte* msghash32);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_signature_parse_compact(
        IntPtr context, byte* sig, byte* input64);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_verify(
        IntPtr context, byte* sig, byte* msghash32, byte* pubkey);
}
