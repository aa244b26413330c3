using System.Numerics;
using Conet.Wire.Addresses;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Addresses;

public sealed class WalletTests
{
    private const string Order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    private const string OrderLessOne = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
    private const string OrderAndOne = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142";
    private const string HalfOrder = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
    private const string HalfOrderAndOne = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1";
    private const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";
    private const string One = "0000000000000000000000000000000000000000000000000000000000000001";

    private static readonly byte[] _digest = Keccak256.Hash("conet"u8);

    private static Wallet Import(string secret)
    {
        Assert.True(Wallet.TryImport(Convert.FromHexString(secret), out Wallet? wallet));
        return wallet!;
    }

    private static byte[] Sign(Wallet wallet, byte[] digest)
    {
        byte[] signature = new byte[Wallet.SignatureSize];
        wallet.Sign(digest, signature);
        return signature;
    }

    private static byte[] With(byte[] signature, int offset, string hex)
    {
        byte[] changed = (byte[])signature.Clone();
        Convert.FromHexString(hex).CopyTo(changed, offset);
        return changed;
    }

    /// <summary>The other signature of the same message: n - s, and the other v.</summary>
    private static byte[] HighTwin(byte[] signature)
    {
        BigInteger order = new(Convert.FromHexString(Order), isUnsigned: true, isBigEndian: true);
        BigInteger s = new(signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        byte[] twin = With(signature, 64, signature[64] == 27 ? "1c" : "1b");
        byte[] high = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        twin.AsSpan(32, 32).Clear();
        high.CopyTo(twin, 64 - high.Length);
        return twin;
    }

    [Theory]
    [InlineData(Zero, false)]
    [InlineData(One, true)]
    [InlineData(OrderLessOne, true)]
    [InlineData(Order, false)]
    [InlineData(OrderAndOne, false)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false)]
    [InlineData("", false)]
    [InlineData("01", false)]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000001", false)]
    public void A_secret_lies_between_one_and_the_order(string secret, bool isTaken)
    {
        Assert.Equal(isTaken, Wallet.TryImport(Convert.FromHexString(secret), out Wallet? wallet));
        Assert.Equal(isTaken, wallet is not null);
        wallet?.Dispose();
    }

    /// <summary>Computed with noble-curves, which uses RFC 6979 and low-S too.</summary>
    [Theory]
    [InlineData(
        One,
        "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
        "9bda4f7fd47e90cfed311972565f45662debbb0e55ad5f0744e7c9aa90d0d5ba"
        + "54da028bc35194a79c60c2cf8c2197c6e782b82b1406ba4fdf00dec9075f929d1b")]
    [InlineData(
        OrderLessOne,
        "0x80C0dbf239224071c59dD8970ab9d542E3414aB2",
        "a6716f3d0b0a42131dfab5b3b8698201ac5f309f7f32780f2df60c9ceee4689e"
        + "133a4daf535481013c1a4d7958156689daee3510098ea3993606b45ba2019f4b1c")]
    public void Addresses_and_signatures_are_those_of_another_implementation(
        string secret, string address, string signature)
    {
        using Wallet wallet = Import(secret);
        Assert.Equal(address, wallet.Address.ToString());
        Assert.Equal(signature, Convert.ToHexStringLower(Sign(wallet, _digest)));
        Assert.Equal(Sign(wallet, _digest), Sign(wallet, _digest));
    }

    [Fact]
    public void Fresh_wallets_differ_and_their_secrets_import_again()
    {
        using Wallet first = Wallet.Create();
        using Wallet second = Wallet.Create();
        Assert.NotEqual(first.Address, second.Address);
        byte[] secret = new byte[Wallet.SecretSize];
        first.ExportSecret(secret);
        using Wallet again = Import(Convert.ToHexString(secret));
        byte[] publicKey = new byte[Wallet.PublicKeySize];
        again.GetPublicKey(publicKey);
        Assert.Equal(first.Address, again.Address);
        Assert.Equal(first.Address, Wallet.AddressOf(publicKey));
    }

    [Fact]
    public void What_is_signed_recovers_and_its_high_twin_does_not() =>
        Property.Holds(
            Property.BytesOf(32),
            digest =>
            {
                using Wallet wallet = Wallet.Create();
                byte[] signature = Sign(wallet, digest);
                byte[] twin = HighTwin(signature);
                byte[] publicKey = new byte[Wallet.PublicKeySize];
                wallet.GetPublicKey(publicKey);
                return Wallet.TryRecover(digest, signature, out Address signer)
                    && signer == wallet.Address
                    && Wallet.Verify(digest, signature.AsSpan(0, 64), publicKey)
                    && !Wallet.TryRecover(digest, twin, out Address nobody)
                    && nobody.IsZero
                    && !Wallet.Verify(digest, twin.AsSpan(0, 64), publicKey);
            },
            cases: 1_000);

    [Theory]
    [InlineData(0, Zero)]
    [InlineData(0, Order)]
    [InlineData(0, OrderAndOne)]
    [InlineData(32, Zero)]
    [InlineData(32, HalfOrderAndOne)]
    [InlineData(32, OrderLessOne)]
    [InlineData(32, Order)]
    [InlineData(64, "00")]
    [InlineData(64, "01")]
    [InlineData(64, "1a")]
    [InlineData(64, "1d")]
    [InlineData(64, "1e")]
    [InlineData(64, "ff")]
    public void A_value_out_of_range_recovers_nobody(int offset, string value)
    {
        using Wallet wallet = Import(One);
        byte[] signature = With(Sign(wallet, _digest), offset, value);
        Assert.False(Wallet.TryRecover(_digest, signature, out Address signer));
        Assert.True(signer.IsZero);
    }

    [Fact]
    public void The_highest_s_that_is_low_recovers_somebody()
    {
        using Wallet wallet = Import(One);
        byte[] signature = With(Sign(wallet, _digest), 32, HalfOrder);
        Assert.True(Wallet.TryRecover(_digest, signature, out Address signer));
        Assert.NotEqual(wallet.Address, signer);
    }

    [Fact]
    public void Any_bytes_never_throw_and_never_recover_a_given_wallet() =>
        Property.Holds(
            from digest in Gen.Frequency((9, Property.BytesOf(32)), (1, Property.Bytes(40)))
            from signature in Gen.Frequency((9, Property.BytesOf(65)), (1, Property.Bytes(80)))
            from shape in Gen.Choose(0, 3)
            select (digest, signature, shape),
            input =>
            {
                byte[] signature = (byte[])input.signature.Clone();
                if (signature.Length == 65 && input.shape > 0)
                {
                    signature[64] = (byte)(26 + input.shape);
                    signature[32] &= 0x7F;
                }

                ReadOnlySpan<byte> rs = signature.AsSpan(0, Math.Min(64, signature.Length));
                _ = Wallet.Verify(input.digest, rs, publicKey: rs);
                return !Wallet.TryRecover(input.digest, signature, out Address signer)
                    || signer.ToHex() != "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
            });

    [Fact]
    public void Lengths_that_are_wrong_are_false_from_outside_and_misuse_from_inside()
    {
        using Wallet wallet = Import(One);
        byte[] signature = Sign(wallet, _digest);
        Assert.False(Wallet.TryRecover(_digest.AsSpan(1), signature, out _));
        Assert.False(Wallet.TryRecover(_digest, signature.AsSpan(0, 64), out _));
        Assert.False(Wallet.Verify(_digest, signature, new byte[64]));
        Assert.False(Wallet.Verify(_digest, signature.AsSpan(0, 64), new byte[65]));
        Assert.Throws<ArgumentException>(() => wallet.Sign(new byte[31], new byte[65]));
        Assert.Throws<ArgumentException>(() => wallet.Sign(_digest, new byte[64]));
    }

    [Fact]
    public void A_disposed_wallet_has_no_secret_left()
    {
        Wallet wallet = Import(One);
        wallet.Dispose();
        wallet.Dispose();
        Assert.Throws<ObjectDisposedException>(() => wallet.Sign(_digest, new byte[65]));
        Assert.Throws<ObjectDisposedException>(() => wallet.ExportSecret(new byte[32]));
        Assert.Throws<ObjectDisposedException>(() => wallet.GetPublicKey(new byte[64]));
        Assert.Equal("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", wallet.Address.ToHex());
    }
}
