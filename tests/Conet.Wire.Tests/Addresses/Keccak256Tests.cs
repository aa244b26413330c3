using Conet.Wire.Addresses;

namespace Conet.Wire.Tests.Addresses;

public sealed class Keccak256Tests
{
    private static byte[] Pattern(int length) =>
        [.. Enumerable.Range(0, length).Select(i => (byte)((7 * i) + 3))];

    /// <summary>Computed with another implementation (noble-hashes).</summary>
    [Theory]
    [InlineData(0, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData(1, "69c322e3248a5dfc29d73c5b0553b0185a35cd5bb6386747517ef7e53b15e287")]
    [InlineData(135, "00ef96af9cf4b24c7f269d922294444a197d0a33638c2e56634c57e892103a8f")]
    [InlineData(136, "742061bcad767ed4c4f5883b1dcb1aad11afdcc140dc469d953759b127b9f9ed")]
    [InlineData(137, "e3371f61e770abf254c34239c3b0099ad90594507415bc81dd0a10b9692bbf2a")]
    [InlineData(271, "4401c4afbe16ff911bdbf2d38e556e5b861f3fdf0f9d4306b1c46f6ae4f73584")]
    [InlineData(272, "ac141fd7b0a0ffcd2e967254d508da3ec616596493c36fa304425647d90e6de5")]
    [InlineData(273, "16192ea86793083e47731cb3c970600f04768414d92bc0540e54ce8607a0fce0")]
    [InlineData(1160, "07828f58627b42c8d6938697cc7ee25086ae510fafc71c7ca495706d1360a383")]
    [InlineData(1_000_003, "7875e6c83a3cc5f4e1adeb43856227e4cbcab31135e1671dc64bae18ce9d036a")]
    public void Lengths_around_the_block_and_long_input_hash_as_elsewhere(int length, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Keccak256.Hash(Pattern(length))));

    [Fact]
    public void Every_length_up_to_three_blocks_equals_the_slow_twin()
    {
        for (int length = 0; length <= 3 * 136; length++)
            Assert.Equal(KeccakTwin.Hash(Pattern(length)), Keccak256.Hash(Pattern(length)));
    }

    [Fact]
    public void Random_input_equals_the_slow_twin() =>
        Property.Holds(
            Property.Bytes(600),
            data => KeccakTwin.Hash(data).AsSpan().SequenceEqual(Keccak256.Hash(data)),
            cases: 2_000);

    [Fact]
    public void It_is_not_SHA3()
    {
        const string Sha3OfNothing = "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a";
        Assert.NotEqual(Sha3OfNothing, Convert.ToHexStringLower(Keccak256.Hash([])));
    }

    [Fact]
    public void The_hash_may_overwrite_its_input()
    {
        byte[] bytes = Pattern(32);
        byte[] expected = Keccak256.Hash(bytes);
        Keccak256.Hash(bytes, bytes);
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void Hashing_into_a_span_allocates_nothing_and_writes_32_bytes()
    {
        byte[] data = Pattern(1160);
        byte[] hash = new byte[Keccak256.Size + 1];
        hash[^1] = 0xEE;
        Keccak256.Hash(data, hash);
        Allocation.AssertNone(() =>
        {
            for (int i = 0; i < 100; i++)
                Keccak256.Hash(data, hash);
        });
        Assert.Equal(0xEE, hash[^1]);
    }
}
