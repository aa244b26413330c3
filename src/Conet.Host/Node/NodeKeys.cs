using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Node;

/// <summary>Opens a version 3 keystore. Null if the password is wrong or the content is none.</summary>
/// <param name="content">The file's bytes.</param>
/// <param name="password">The password.</param>
public delegate Wallet? KeystoreOpener(ReadOnlySpan<byte> content, string password);

/// <summary>Loads a node's two keys from the files its configuration names.</summary>
internal static class NodeKeys
{
    public static bool TryLoadSigner(
        SecretSource source, KeystoreOpener openKeystore, out Wallet? signer, out string error)
    {
        signer = null;
        if (source.KeystoreFile is not null)
            return TryLoadKeystore(source, openKeystore, out signer, out error);
        if (!SecretFile.TryReadKey(source.SecretFile!, out byte[]? secret, out error))
            return false;
        if (!Wallet.TryImport(secret, out signer))
            error = $"{source.SecretFile}: is no secp256k1 secret key";
        CryptographicOperations.ZeroMemory(secret);
        return signer is not null;
    }

    public static bool TryLoadSealKey(SecretSource source, out SealKey? key, out string error)
    {
        key = null;
        if (!SecretFile.TryReadKey(source.SecretFile!, out byte[]? secret, out error))
            return false;
        if (!SealKey.TryImport(secret, out key))
            error = $"{source.SecretFile}: is no X25519 secret key";
        CryptographicOperations.ZeroMemory(secret);
        return key is not null;
    }

    private static bool TryLoadKeystore(
        SecretSource source, KeystoreOpener openKeystore, out Wallet? signer, out string error)
    {
        signer = null;
        if (!SecretFile.TryRead(source.KeystoreFile!, out byte[]? content, out error)
            || !SecretFile.TryReadPassword(source.PasswordFile!, out string password, out error))
            return false;
        signer = openKeystore(content, password);
        if (signer is null)
            error = $"{source.KeystoreFile}: is no keystore, or {source.PasswordFile} holds another password";
        return signer is not null;
    }
}
