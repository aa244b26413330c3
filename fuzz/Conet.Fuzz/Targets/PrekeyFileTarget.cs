using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Client;
using Conet.Fuzz.Core;
using Conet.Wire.Addresses;
using Conet.Wire.Native;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Prekey files. The first byte says whether the rest is a whole file, which only the wallet can have made,
/// or the content of one, which is sealed here so that its parser is reached.
/// </summary>
internal sealed class PrekeyFileTarget : IFuzzTarget
{
    private const byte Raw = 0, Content = 1;
    private const int HeaderSize = 24, SlotSize = 44;

    private static readonly byte[] _content =
    [
        2, 0, 0, 0,
        0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1, 0, .. Samples.Pattern(32, 1),
        0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9, .. Samples.Pattern(32, 2),
        .. new byte[2 * SlotSize],
    ];

    private static readonly byte[] _genuine = Seal(_content);

    public string Name => "prekey-file";

    public string Summary =>
        "PrekeyFile: altered files and altered contents; accepted means the keys that are in it";

    public int InputBytesMax => 320;

    public IEnumerable<byte[]> Seeds => [[Raw, .. _genuine], [Content, .. _content]];

    public bool Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return false;
        bool isRaw = input[0] % 2 == Raw;
        ReadOnlySpan<byte> rest = input[1..];
        ReadOnlySpan<byte> file = isRaw ? rest : Seal(rest);
        if (!PrekeyFile.TryDecode(file, Samples.Sender, out StoredPrekey[] prekeys))
        {
            Check(prekeys.Length == 0, "keys of a file that was refused");
            return false;
        }

        if (isRaw)
            Check(file.SequenceEqual(_genuine), "an altered file was accepted");
        else
            CheckContent(rest, prekeys);
        foreach (StoredPrekey prekey in prekeys)
            prekey.Key.Dispose();
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length != 1 + _content.Length)
            return false;
        int slot = 5 + (random.Below(4) * SlotSize);
        switch (random.Below(4))
        {
            case 0: input.Bytes[1] = (byte)random.Below(6); break;
            case 1: input.Bytes.Slice(slot, SlotSize).Clear(); break;
            case 2: random.Fill(input.Bytes.Slice(slot, SlotSize)); break;
            default: input.Bytes[slot + 3] = (byte)random.Below(12); break;
        }

        return true;
    }

    private static void CheckContent(ReadOnlySpan<byte> content, StoredPrekey[] prekeys)
    {
        Check(PrekeyFile.TryDecode(
            PrekeyFile.Encode(
                Samples.Sender, prekeys), Samples.Sender, out StoredPrekey[] again), "not read back");
        Check(again.Length == prekeys.Length && prekeys.Length == content[0], "another number of keys");
        byte[] written = new byte[content.Length];
        written[0] = (byte)again.Length;
        for (int i = 0; i < again.Length; i++)
        {
            Span<byte> slot = written.AsSpan(4 + (i * SlotSize), SlotSize);
            BinaryPrimitives.WriteUInt32BigEndian(slot, again[i].Epoch);
            BinaryPrimitives.WriteUInt64BigEndian(slot[4..], again[i].CreatedMs);
            again[i].Key.ExportSecret(slot[12..]);
            again[i].Key.Dispose();
        }

        Check(content.SequenceEqual(written), "what was accepted is not what would be written");
    }

    private static byte[] Seal(ReadOnlySpan<byte> content)
    {
        byte[] file = new byte[HeaderSize + content.Length + ChaCha20Poly1305Ietf.TagSize];
        "CNPK\u0001"u8.CopyTo(file);
        Samples.Pattern(16, 5).CopyTo(file, 8);
        Span<byte> secret = stackalloc byte[Wallet.SecretSize];
        Samples.Sender.ExportSecret(secret);
        Span<byte> key = stackalloc byte[ChaCha20Poly1305Ietf.KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, file.AsSpan(8, 16), "conet/prekeys/1"u8);
        byte[] nonce = new byte[ChaCha20Poly1305Ietf.NonceSize];
        ChaCha20Poly1305Ietf.Seal(
            key, nonce, file.AsSpan(0, HeaderSize), content, file.AsSpan(HeaderSize));
        return file;
    }
}
