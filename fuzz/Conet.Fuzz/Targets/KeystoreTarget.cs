using Conet.Client;
using Conet.Fuzz.Core;
using Conet.Wire.Addresses;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Version 3 keystores. Every input is read in full; it is decrypted too when it asks for little work, as a
/// file may rightly ask for seconds of it.
/// </summary>
internal sealed class KeystoreTarget : IFuzzTarget
{
    private const int StepsMax = 64, IterationsMax = 64;

    public string Name => "keystore";

    public string Summary =>
        "Keystore and its document; opened means the wallet it names, and only by its password";

    public IEnumerable<byte[]> Seeds => [KeystoreSamples.Scrypt, KeystoreSamples.Pbkdf2];

    public IEnumerable<byte[]> Tokens => JsonChanges.Tokens;

    public bool Run(ReadOnlySpan<byte> input)
    {
        KeystoreProblem problem = KeystoreDocument.TryRead(input, out KeystoreDocument? document);
        Check(
            (problem == KeystoreProblem.None) == (document is not null),
            "a document with a problem, or none without");
        bool isNamed = Keystore.TryReadAddress(input, out Address named);
        Check(!isNamed || document?.Address == named, "another address is named");
        if (document is null)
            return false;
        bool isCheap = document.Scrypt is { } cost
            ? (ulong)cost.N * cost.R * cost.P <= StepsMax
            : document.Iterations <= IterationsMax;
        if (!isCheap)
            return true;
        Check(
            Keystore.TryDecrypt(input, "another", out _) == KeystoreProblem.WrongPassword,
            "another password is not refused as such");
        if (Keystore.TryDecrypt(input, KeystoreSamples.Password, out Wallet? wallet) != KeystoreProblem.None)
            return true;
        Check(!isNamed || wallet!.Address == named, "another wallet than the file names");
        wallet!.Dispose();
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random) => JsonChanges.TryMutate(input, random);
}
