using System.Security.Cryptography;
using Conet.Wire.Addresses;

namespace Conet.Wire.Tests.Addresses;

public sealed class Keccak256LanesTests
{
    [Fact]
    public void Four_at_once_are_four_one_after_the_other()
    {
        int seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        Random random = new(seed);
        byte[] blocks = new byte[Keccak256Lanes.Count * Keccak256Lanes.BlockSize];
        byte[] hashes = new byte[Keccak256Lanes.Count * Keccak256.Size];
        byte[] slow = new byte[hashes.Length];
        int[] sizes = new int[Keccak256Lanes.Count];
        for (int round = 0; round < 2_000; round++)
        {
            random.NextBytes(blocks);
            for (int i = 0; i < sizes.Length; i++)
                sizes[i] = round < Keccak256Lanes.BlockSize ? round : random.Next(Keccak256Lanes.BlockSize);
            Keccak256Lanes.HashScalar(blocks, sizes, slow);
            Keccak256Lanes.Hash(blocks, sizes, hashes);
            Assert.True(slow.AsSpan().SequenceEqual(hashes), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void The_messages_stay_as_they_are()
    {
        byte[] blocks = new byte[Keccak256Lanes.Count * Keccak256Lanes.BlockSize];
        new Random(3).NextBytes(blocks);
        byte[] before = [.. blocks];
        int[] sizes = [0, 1, 134, 135];
        Keccak256Lanes.Hash(blocks, sizes, new byte[Keccak256Lanes.Count * Keccak256.Size]);
        for (int i = 0; i < sizes.Length; i++)
        {
            int at = i * Keccak256Lanes.BlockSize;
            Assert.Equal(before[at..(at + sizes[i])], blocks[at..(at + sizes[i])]);
        }
    }
}
