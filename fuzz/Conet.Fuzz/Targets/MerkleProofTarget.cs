using System.Buffers.Binary;
using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Merkle-Patricia proofs. The input is flags, a key of 32 bytes, and nodes, each after its length in two
/// bytes. Flag 1: a trie of short keys, whose nodes lie in one another. Flag 2: the root is that of the first
/// node, so that a forged chain of nodes is walked to its end; without it the root is the true one, and
/// whatever is accepted must be true.
/// </summary>
internal sealed class MerkleProofTarget : IFuzzTarget
{
    private const byte ShortKeys = 1, OwnRoot = 2;
    private const int HeaderSize = 1 + Bytes32.Size;
    private const int ShortKeySize = 2;

    private static readonly SmallTrie _long = new(
        Enumerable.Range(0, 40).Select(i => (Key(i), Samples.Pattern(1 + ((i * 7) % 90), (byte)i))));

    private static readonly SmallTrie _short = new(
        Enumerable.Range(0, 30).Select(i =>
            ((byte[])[(byte)(i * 37), (byte)(i / 3)], (byte[])[(byte)(i + 1)])));

    public string Name => "merkle-proof";

    public string Summary => "MerklePatricia: under a true root only what the trie holds can be proven";

    public IEnumerable<byte[]> Seeds =>
    [
        .. Enumerable.Range(0, 6).Select(i => Proof(0, Key(i * 7))),
        Proof(0, Key(1_000)),
        .. Enumerable.Range(0, 6).Select(i => Proof(ShortKeys, [(byte)(i * 37), (byte)(i / 3)])),
        Proof(ShortKeys, [0xFF, 0xFF]),
        Proof(OwnRoot, Key(5)),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        if (!TryRead(input, out byte flags, out List<byte[]> nodes))
            return false;
        ReadOnlySpan<byte> key = input[1..HeaderSize];
        if ((flags & ShortKeys) != 0)
            key = key[..ShortKeySize];
        SmallTrie trie = (flags & ShortKeys) != 0 ? _short : _long;
        bool isOwnRoot = (flags & OwnRoot) != 0 && nodes.Count > 0;
        Bytes32 root = isOwnRoot ? MerklePatricia.Hash(nodes[0]) : trie.Root;
        bool accepted = MerklePatricia.TryVerify(root, key, nodes, out byte[]? value, out MerkleError error);
        Check(accepted == (error == MerkleError.None), "accepted with an error, or refused without");
        Check(accepted || value is null, "a value without a proof");
        if (!accepted || isOwnRoot)
            return accepted;
        Check(value.AsSpan().SequenceEqual(trie.Find(key)), "something false was proven");
        Check((value is null) == (trie.Find(key) is null), "absence and an empty value are not the same");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (!TryRead(input.Bytes, out byte flags, out List<byte[]> nodes) || nodes.Count == 0)
            return false;
        byte[] key = input.Bytes[1..HeaderSize].ToArray();
        int at = random.Below(nodes.Count);
        switch (random.Below(5))
        {
            case 0: nodes.RemoveAt(at); break;
            case 1: nodes.Insert(at, nodes[random.Below(nodes.Count)]); break;
            case 2: nodes.Add([0x80]); break;
            case 3: random.Fill(key.AsSpan(random.Below(key.Length))); break;
            default: flags |= OwnRoot; Forge(nodes, at, random); break;
        }

        input.Set(Join(flags, key, nodes));
        return true;
    }

    /// <summary>Changes a node, and in the nodes above it the hashes that lead to it.</summary>
    private static void Forge(List<byte[]> nodes, int at, FuzzRandom random)
    {
        FuzzBuffer node = new(ChainLimits.ProofNodeBytesMax + 8);
        node.Set(nodes[at]);
        if (node.Length == 0)
            return;
        int place = random.Below(node.Length);
        switch (random.Below(4))
        {
            case 0: node.Bytes[place] ^= (byte)(1 << random.Below(8)); break;
            case 1: node.Bytes[place] = (byte)random.Next(); break;
            case 2: node.Insert(place, [0x80]); break;
            default: node.Remove(place, 1 + random.Below(33)); break;
        }

        byte[] before = MerklePatricia.Hash(nodes[at]).ToArray();
        nodes[at] = node.Bytes.ToArray();
        for (int above = at - 1; above >= 0; above--)
        {
            int reference = nodes[above].AsSpan().IndexOf(before);
            if (reference < 0)
                return;
            byte[] beforeAbove = MerklePatricia.Hash(nodes[above]).ToArray();
            nodes[above] = [.. nodes[above]];
            MerklePatricia.Hash(nodes[above + 1]).CopyTo(nodes[above].AsSpan(reference));
            before = beforeAbove;
        }
    }

    private static byte[] Proof(byte flags, byte[] key) => Join(
        flags, key.Length == Bytes32.Size ? key : [.. key, .. new byte[Bytes32.Size - key.Length]],
        [.. ((flags & ShortKeys) != 0 ? _short : _long).Prove(key)]);

    private static byte[] Key(int number)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return Keccak256.Hash(bytes);
    }

    private static byte[] Join(byte flags, byte[] key, List<byte[]> nodes)
    {
        List<byte> bytes = [flags, .. key];
        foreach (byte[] node in nodes)
            bytes.AddRange([(byte)(node.Length >> 8), (byte)node.Length, .. node]);
        return [.. bytes];
    }

    private static bool TryRead(ReadOnlySpan<byte> input, out byte flags, out List<byte[]> nodes)
    {
        nodes = [];
        flags = input.IsEmpty ? (byte)0 : input[0];
        if (input.Length < HeaderSize)
            return false;
        ReadOnlySpan<byte> rest = input[HeaderSize..];
        while (rest.Length >= 2)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rest), rest.Length - 2);
            nodes.Add(rest.Slice(2, length).ToArray());
            rest = rest[(2 + length)..];
        }

        return true;
    }
}
