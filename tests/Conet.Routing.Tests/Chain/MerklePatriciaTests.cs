using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Chain;

public sealed class MerklePatriciaTests
{
    [Fact]
    public void Proofs_of_a_slow_twin_hold_for_present_and_absent_keys_and_not_with_one_byte_altered() =>
        Property.HoldsForSeeds(random =>
        {
            int keySize = random.Next(3) == 0 ? 32 : random.Next(1, 4);
            SortedDictionary<string, byte[]> entries = Draw(random, keySize);
            SlowPatricia twin = new(entries);
            Bytes32 root = twin.Root;
            string key = random.Next(2) == 0 && entries.Count > 0
                ? entries.Keys.ElementAt(random.Next(entries.Count))
                : Key(random, keySize);
            byte[] keyBytes = Convert.FromHexString(key);
            List<byte[]> proof = twin.Prove(key);
            bool holds = MerklePatricia.TryVerify(
                root, keyBytes, proof, out byte[]? value, out MerkleError error);
            entries.TryGetValue(key, out byte[]? expected);
            if (!holds || error != MerkleError.None || !Same(value, expected))
                return false;
            return IsRefused(root, keyBytes, Alter(random, proof))
                && IsRefused(root, keyBytes, Displace(random, proof))
                && IsRefused(Flip(random, root), keyBytes, proof);
        });

    [Fact]
    public void Proofs_of_any_bytes_are_refused() => Property.HoldsForSeeds(random =>
    {
        // The root is made to fit the first node, so that its bytes are looked at and not only its hash.
        List<byte[]> nodes = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Node(random))];
        Bytes32 root = MerklePatricia.Hash(nodes[0]);
        byte[] key = new byte[32];
        random.NextBytes(key);
        bool holds = MerklePatricia.TryVerify(root, key, nodes, out byte[]? value, out MerkleError error);
        return holds ? error == MerkleError.None : error != MerkleError.None && value is null;
    });

    [Fact]
    public void The_empty_trie_proves_absence_and_nothing_else()
    {
        byte[] key = new byte[32];
        Assert.True(MerklePatricia.TryVerify(MerklePatricia.EmptyRoot, key, [], out byte[]? value, out _));
        Assert.Null(value);
        Assert.False(MerklePatricia.TryVerify(default, key, [], out _, out MerkleError error));
        Assert.Equal(MerkleError.MissingNode, error);
        Assert.Equal(MerklePatricia.EmptyRoot, new SlowPatricia([]).Root);
    }

    [Fact]
    public void A_proof_of_too_many_nodes_is_refused_unread()
    {
        byte[][] nodes = [.. Enumerable.Repeat<byte[]>([0xc0], ChainLimits.ProofNodesMax + 1)];
        Assert.False(MerklePatricia.TryVerify(default, new byte[32], nodes, out _, out MerkleError error));
        Assert.Equal(MerkleError.TooLarge, error);
    }

    private static SortedDictionary<string, byte[]> Draw(Random random, int keySize)
    {
        SortedDictionary<string, byte[]> entries = new(StringComparer.Ordinal);
        for (int i = random.Next(20); i > 0; i--)
        {
            byte[] value = new byte[random.Next(1, random.Next(2) == 0 ? 4 : 80)];
            random.NextBytes(value);
            entries[Key(random, keySize)] = value;
        }

        return entries;
    }

    // Few distinct bytes in front, so that keys share nibbles and the trie has extensions.
    private static string Key(Random random, int size)
    {
        byte[] key = new byte[size];
        random.NextBytes(key);
        for (int i = 0; i < size - 1 && random.Next(3) > 0; i++)
            key[i] = (byte)random.Next(2);
        return Convert.ToHexStringLower(key);
    }

    private static List<byte[]> Alter(Random random, List<byte[]> proof)
    {
        int at = random.Next(proof.Count);
        byte[] node = [.. proof[at]];
        node[random.Next(node.Length)] ^= (byte)random.Next(1, 256);
        return [.. proof[..at], node, .. proof[(at + 1)..]];
    }

    private static List<byte[]> Displace(Random random, List<byte[]> proof) => random.Next(2) == 0
        ? [.. proof, proof[random.Next(proof.Count)]]
        : proof[..^1];

    private static bool IsRefused(in Bytes32 root, byte[] key, List<byte[]> proof)
    {
        bool isEmptyProof = root == MerklePatricia.EmptyRoot && proof.Count == 0;
        return isEmptyProof
            || (!MerklePatricia.TryVerify(root, key, proof, out byte[]? value, out MerkleError error)
                && value is null && error != MerkleError.None);
    }

    private static Bytes32 Flip(Random random, in Bytes32 root)
    {
        byte[] bytes = root.ToArray();
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return new Bytes32(bytes);
    }

    private static bool Same(byte[]? left, byte[]? right) =>
        left is null || right is null ? left == right : left.AsSpan().SequenceEqual(right);

    // Nodes of the right outline with wrong insides, spoilt nodes, and noise.
    private static byte[] Node(Random random)
    {
        RlpWriter writer = new();
        int list = writer.BeginList();
        int items = random.Next(4) switch { 0 => 17, 1 => 16, _ => 2 };
        for (int i = 0; i < items; i++)
        {
            if (random.Next(6) == 0)
                writer.WriteRaw(random.Next(2) == 0 ? [0xc0] : [0xc2, 0x20, 0x01]);
            else
                writer.WriteBytes(Property.Bytes(random, random.Next(3) == 0 ? 32 : 3));
        }

        writer.EndList(list);
        byte[] node = writer.ToArray();
        return random.Next(3) == 0 ? Property.Spoil(random, node) : node;
    }
}
