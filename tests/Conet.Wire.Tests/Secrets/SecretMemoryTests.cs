using Conet.Wire.Native;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Secrets;

public sealed class SecretMemoryTests
{
    [Fact]
    public void Memory_is_the_owners_until_it_is_disposed()
    {
        SecretMemory memory = new(32);
        Assert.Equal((32, 32, false), (memory.Length, memory.Span.Length, memory.IsInvalid));
        memory.Span.Fill(0x5A);
        GC.Collect();
        Assert.False(memory.Span.ContainsAnyExcept((byte)0x5A));
        memory.Dispose();
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Clear());
    }

    [Fact]
    public void A_disposed_seal_key_opens_nothing_and_keeps_its_public_half()
    {
        SealKey key = SealKey.Create();
        byte[] publicKey = key.PublicKey.ToArray();
        key.Dispose();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.ExportSecret(new byte[SealKey.SecretSize]));
        Assert.Throws<ObjectDisposedException>(() => key.TryAgree(publicKey, new byte[32]));
        Assert.Equal(publicKey, key.PublicKey.ToArray());
    }

    [Fact]
    public void A_seal_key_is_32_bytes_that_are_not_all_zero()
    {
        Assert.False(SealKey.TryImport(new byte[32], out _));
        Assert.False(SealKey.TryImport(new byte[31], out _));
        Assert.False(SealKey.TryImport(new byte[33], out _));
        byte[] secret = new byte[SealKey.SecretSize];
        using SealKey key = SealKey.Create();
        key.ExportSecret(secret);
        Assert.True(SealKey.TryImport(secret, out SealKey? again));
        using (again)
            Assert.Equal(key.PublicKey.ToArray(), again!.PublicKey.ToArray());
    }

    [Fact]
    public void Agreement_is_that_of_RFC_7748_section_5_2()
    {
        byte[] scalar = Convert.FromHexString(
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
        byte[] point = Convert.FromHexString(
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
        byte[] shared = new byte[32];
        Assert.True(SealKey.TryImport(scalar, out SealKey? key));
        using (key)
            Assert.True(key!.TryAgree(point, shared));
        Assert.Equal(
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
            Convert.ToHexStringLower(shared));
    }
}
