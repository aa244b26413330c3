using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Client;
using Conet.Routing.Tests.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Client;

public sealed class PrekeyFileTests : IDisposable
{
    private readonly Wallet _wallet = Wallet.Create();
    private readonly SealKey[] _keys = [.. Enumerable.Range(0, 5).Select(_ => SealKey.Create())];

    public void Dispose()
    {
        _wallet.Dispose();
        foreach (SealKey key in _keys) key.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void What_was_kept_comes_back_in_order(int count)
    {
        StoredPrekey[] kept = Prekeys(count);
        byte[] file = PrekeyFile.Encode(_wallet, kept);
        Assert.Equal(PrekeyFile.Size, file.Length);
        Assert.True(PrekeyFile.TryDecode(file, _wallet, out StoredPrekey[] read));
        Assert.Equal(kept.Select(Describe), read.Select(Describe));
        foreach (StoredPrekey prekey in read) prekey.Key.Dispose();
    }

    [Fact]
    public void The_bytes_are_as_documented()
    {
        byte[] file = PrekeyFile.Encode(_wallet, Prekeys(2));
        Assert.Equal(220, file.Length);
        Assert.Equal("CNPK\u0001\0\0\0"u8.ToArray(), file[..8]);
        byte[] secret = new byte[32];
        _wallet.ExportSecret(secret);
        byte[] info = "conet/prekeys/1"u8.ToArray();
        byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, file[8..24], info);
        byte[] content = new byte[180];
        using ChaCha20Poly1305 cipher = new(key);
        cipher.Decrypt(new byte[12], file[24..204], file[204..], content, file[..24]);
        Assert.Equal([2, 0, 0, 0], content[..4]);
        Assert.Equal(9u, BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(4)));
        Assert.Equal(1000ul, BinaryPrimitives.ReadUInt64BigEndian(content.AsSpan(8)));
        Assert.Equal(Secret(_keys[0]), content[16..48]);
        Assert.Equal(8u, BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(48)));
        Assert.All(content[92..], b => Assert.Equal(0, b));
    }

    [Fact]
    public void Each_file_has_a_key_of_its_own()
    {
        byte[] first = PrekeyFile.Encode(_wallet, Prekeys(1));
        byte[] second = PrekeyFile.Encode(_wallet, Prekeys(1));
        Assert.NotEqual(first[8..24], second[8..24]);
        Assert.NotEqual(first[24..], second[24..]);
    }

    [Fact]
    public void Another_wallet_cannot_open_it()
    {
        using Wallet other = Wallet.Create();
        byte[] file = PrekeyFile.Encode(_wallet, Prekeys(2));
        Assert.False(PrekeyFile.TryDecode(file, other, out StoredPrekey[] read));
        Assert.Empty(read);
    }

    [Fact]
    public void Every_altered_bit_and_every_cut_is_refused()
    {
        byte[] file = PrekeyFile.Encode(_wallet, Prekeys(2));
        for (int bit = 0; bit < 8 * file.Length; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(PrekeyFile.TryDecode(file, _wallet, out _), $"bit {bit}");
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        for (int size = 0; size < file.Length; size++)
            Assert.False(PrekeyFile.TryDecode(file.AsSpan(0, size), _wallet, out _), $"{size} bytes");
        Assert.False(PrekeyFile.TryDecode([.. file, 0], _wallet, out _));
    }

    [Fact]
    public void No_bytes_make_it_throw()
    {
        byte[] good = PrekeyFile.Encode(_wallet, Prekeys(3));
        RegistryCases.Hold(random =>
        {
            byte[] file = RegistryCases.Hostile(random, good);
            bool isGood = file.AsSpan().SequenceEqual(good);
            bool opened = PrekeyFile.TryDecode(file, _wallet, out StoredPrekey[] read);
            foreach (StoredPrekey prekey in read) prekey.Key.Dispose();
            return opened == isGood;
        });
    }

    [Fact]
    public void Lists_that_no_client_keeps_are_not_written()
    {
        StoredPrekey[] two = Prekeys(2);
        Assert.Throws<ArgumentException>(() => PrekeyFile.Encode(_wallet, Prekeys(5)));
        Assert.Throws<ArgumentException>(() => PrekeyFile.Encode(_wallet, [two[1], two[0]]));
        Assert.Throws<ArgumentException>(() => PrekeyFile.Encode(_wallet, [two[0], two[0]]));
        Assert.Throws<ArgumentException>(() => PrekeyFile.Encode(_wallet, [two[0] with { Epoch = 0 }]));
    }

    private StoredPrekey[] Prekeys(int count) =>
    [
        .. Enumerable.Range(0, count)
            .Select(i => new StoredPrekey((uint)(9 - i), _keys[i], (ulong)(1000 - i))),
    ];

    private static (uint, ulong, string) Describe(StoredPrekey prekey) =>
        (prekey.Epoch, prekey.CreatedMs, Convert.ToHexString(Secret(prekey.Key)));

    private static byte[] Secret(SealKey key)
    {
        byte[] secret = new byte[SealKey.SecretSize];
        key.ExportSecret(secret);
        return secret;
    }
}
