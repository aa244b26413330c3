using System.Text.Json;
using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>
/// The fields of a version 3 keystore, checked for form and bounds before any work is done for them. Fields
/// that mean nothing here are ignored, as other wallets add their own; a field that occurs twice is refused.
/// </summary>
internal sealed class KeystoreDocument
{
    public const int CiphertextSize = Wallet.SecretSize, IvSize = 16, MacSize = 32, KeySize = 32;
    public const int Version = 3;
    public const string Cipher = "aes-128-ctr", Prf = "hmac-sha256";
    public const string ScryptName = "scrypt", Pbkdf2Name = "pbkdf2";

    private const int DepthMax = 8;
    private const int SaltMin = ClientLimits.SaltBytesMin, SaltMax = ClientLimits.SaltBytesMax;

    private static readonly JsonDocumentOptions _options = new()
    {
        MaxDepth = DepthMax,
        AllowDuplicateProperties = false,
    };

    private KeystoreDocument(byte[] ciphertext, byte[] iv, byte[] mac, byte[] salt)
    {
        Ciphertext = ciphertext;
        Iv = iv;
        Mac = mac;
        Salt = salt;
    }

    public byte[] Ciphertext { get; }

    public byte[] Iv { get; }

    public byte[] Mac { get; }

    public byte[] Salt { get; }

    /// <summary>Parameters of scrypt; null for PBKDF2.</summary>
    public KeystoreCost? Scrypt { get; private init; }

    /// <summary>Iterations of PBKDF2.</summary>
    public int Iterations { get; private init; }

    /// <summary>The address that the file names; not every wallet writes it.</summary>
    public Address? Address { get; private init; }

    /// <summary>Reads a file. Never throws on bad bytes.</summary>
    public static KeystoreProblem TryRead(ReadOnlySpan<byte> json, out KeystoreDocument? document)
    {
        document = null;
        if (json.Length > ClientLimits.KeystoreBytesMax) return KeystoreProblem.Malformed;
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(json.ToArray(), _options);
            return Read(parsed.RootElement, out document);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return KeystoreProblem.Malformed;
        }
    }

    private static KeystoreProblem Read(JsonElement root, out KeystoreDocument? document)
    {
        document = null;
        if (root.ValueKind != JsonValueKind.Object) return KeystoreProblem.Malformed;
        if (!TryNumber(root, "version", out uint version)) return KeystoreProblem.Malformed;
        if (version != Version) return KeystoreProblem.Unsupported;
        if (!TryAddress(root, out Address? address)) return KeystoreProblem.Malformed;
        // Early wallets wrote the name with a capital.
        bool hasLower = root.TryGetProperty("crypto", out JsonElement crypto);
        bool hasUpper = root.TryGetProperty("Crypto", out JsonElement capital);
        if (hasLower == hasUpper) return KeystoreProblem.Malformed;
        if (hasUpper) crypto = capital;

        if (!TryText(crypto, "cipher", out string cipher) || !TryText(crypto, "kdf", out string kdf)
            || !TryObject(crypto, "kdfparams", out JsonElement derivation))
            return KeystoreProblem.Malformed;
        if (cipher != Cipher || kdf is not (ScryptName or Pbkdf2Name)) return KeystoreProblem.Unsupported;
        if (!TryObject(crypto, "cipherparams", out JsonElement cipherParameters)
            || !TryHex(cipherParameters, "iv", IvSize, IvSize, out byte[] iv)
            || !TryHex(crypto, "ciphertext", CiphertextSize, CiphertextSize, out byte[] ciphertext)
            || !TryHex(crypto, "mac", MacSize, MacSize, out byte[] mac)
            || !TryHex(derivation, "salt", SaltMin, SaltMax, out byte[] salt)
            || !TryNumber(derivation, "dklen", out uint keySize))
            return KeystoreProblem.Malformed;
        if (keySize != KeySize) return KeystoreProblem.Unsupported;

        KeystoreProblem problem = kdf == ScryptName
            ? ReadScrypt(derivation, out KeystoreCost? cost, out int iterations)
            : ReadPbkdf2(derivation, out cost, out iterations);
        if (problem == KeystoreProblem.None)
        {
            document = new KeystoreDocument(ciphertext, iv, mac, salt)
            {
                Scrypt = cost,
                Iterations = iterations,
                Address = address,
            };
        }
        return problem;
    }

    private static KeystoreProblem ReadScrypt(
        JsonElement parameters, out KeystoreCost? cost, out int iterations)
    {
        cost = null;
        iterations = 0;
        if (!TryNumber(parameters, "n", out uint n) || !TryNumber(parameters, "r", out uint r)
            || !TryNumber(parameters, "p", out uint p))
            return KeystoreProblem.Malformed;
        cost = new KeystoreCost(n, r, p);
        if (!cost.IsDefined) return KeystoreProblem.Malformed;
        return cost.IsAffordable ? KeystoreProblem.None : KeystoreProblem.TooCostly;
    }

    private static KeystoreProblem ReadPbkdf2(
        JsonElement parameters, out KeystoreCost? cost, out int iterations)
    {
        cost = null;
        iterations = 0;
        if (!TryNumber(parameters, "c", out uint count) || count == 0
            || !TryText(parameters, "prf", out string prf))
            return KeystoreProblem.Malformed;
        if (prf != Prf) return KeystoreProblem.Unsupported;
        if (count > ClientLimits.Pbkdf2IterationsMax) return KeystoreProblem.TooCostly;
        iterations = (int)count;
        return KeystoreProblem.None;
    }

    private static bool TryAddress(JsonElement root, out Address? address)
    {
        address = null;
        bool isNamed = root.TryGetProperty("address", out JsonElement element);
        if (!isNamed || element.ValueKind == JsonValueKind.Null) return true;
        if (element.ValueKind != JsonValueKind.String) return false;
        string text = element.GetString()!;
        if (!text.StartsWith("0x", StringComparison.Ordinal)) text = "0x" + text;
        if (!Wire.Addresses.Address.TryParseHex(text, out Address named)) return false;
        address = named;
        return true;
    }

    private static bool TryObject(JsonElement parent, string name, out JsonElement value)
    {
        value = default;
        return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out value)
            && value.ValueKind == JsonValueKind.Object;
    }

    private static bool TryText(JsonElement parent, string name, out string value)
    {
        value = "";
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out JsonElement element)
            || element.ValueKind != JsonValueKind.String)
            return false;
        value = element.GetString()!;
        return true;
    }

    private static bool TryNumber(JsonElement parent, string name, out uint value)
    {
        value = 0;
        return parent.TryGetProperty(name, out JsonElement element)
            && element.ValueKind == JsonValueKind.Number && element.TryGetUInt32(out value);
    }

    // Some wallets write 0x before the digits, most do not.
    private static bool TryHex(JsonElement parent, string name, int sizeMin, int sizeMax, out byte[] bytes)
    {
        bytes = [];
        if (!TryText(parent, name, out string text)) return false;
        ReadOnlySpan<char> digits = text;
        if (digits.StartsWith("0x")) digits = digits[2..];
        int size = digits.Length / 2;
        if (digits.Length % 2 != 0 || size < sizeMin || size > sizeMax) return false;
        bytes = new byte[size];
        return Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }
}
