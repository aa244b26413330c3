using Conet.Routing.Chain;

namespace Conet.Fuzz.Targets;

/// <summary>
/// A Merkle-Patricia trie built the slow way from all its entries, to have true proofs from.
/// </summary>
internal sealed class SmallTrie
{
    private readonly List<(byte[] Nibbles, byte[] Value)> _entries;

    public SmallTrie(IEnumerable<(byte[] Key, byte[] Value)> entries)
    {
        _entries = [.. entries.Select(entry => (Nibbles(entry.Key), entry.Value))];
        Root = MerklePatricia.Hash(Encode(_entries, 0));
    }

    public Bytes32 Root { get; }

    public byte[]? Find(ReadOnlySpan<byte> key)
    {
        byte[] nibbles = Nibbles(key);
        return _entries.Find(entry => entry.Nibbles.AsSpan().SequenceEqual(nibbles)).Value;
    }

    /// <summary>The nodes from the root to where the key is, or would be.</summary>
    public byte[][] Prove(ReadOnlySpan<byte> key)
    {
        List<byte[]> nodes = [];
        byte[] nibbles = Nibbles(key);
        List<(byte[] Nibbles, byte[] Value)> entries = _entries;
        int depth = 0;
        while (entries.Count > 0)
        {
            byte[] node = Encode(entries, depth);
            if (nodes.Count == 0 || node.Length >= Bytes32.Size)
                nodes.Add(node);
            int common = entries.Count == 1 ? 0 : Common(entries, depth);
            bool isOnPath = depth + common < nibbles.Length
                && entries[0].Nibbles.AsSpan(depth, common).SequenceEqual(nibbles.AsSpan(depth, common));
            if (entries.Count == 1 || !isOnPath)
                break;
            if (common > 0)
            {
                byte[] branch = Encode(entries, depth + common);
                if (branch.Length >= Bytes32.Size)
                    nodes.Add(branch);
            }

            depth += common + 1;
            byte next = nibbles[depth - 1];
            int at = depth - 1;
            entries = [.. entries.Where(entry => entry.Nibbles[at] == next)];
        }

        return [.. nodes];
    }

    private static byte[] Encode(List<(byte[] Nibbles, byte[] Value)> entries, int depth)
    {
        RlpWriter writer = new();
        int list = writer.BeginList();
        if (entries.Count == 1)
        {
            writer.WriteBytes(Path(entries[0].Nibbles.AsSpan(depth), isLeaf: true));
            writer.WriteBytes(entries[0].Value);
            writer.EndList(list);
            return writer.ToArray();
        }

        int common = Common(entries, depth);
        if (common > 0)
        {
            writer.WriteBytes(Path(entries[0].Nibbles.AsSpan(depth, common), isLeaf: false));
            WriteReference(writer, Encode(entries, depth + common));
            writer.EndList(list);
            return writer.ToArray();
        }

        for (byte nibble = 0; nibble < 16; nibble++)
        {
            byte wanted = nibble;
            List<(byte[] Nibbles, byte[] Value)> below = [.. entries.Where(entry =>
                entry.Nibbles[depth] == wanted)];
            if (below.Count == 0)
                writer.WriteBytes([]);
            else
                WriteReference(writer, Encode(below, depth + 1));
        }

        writer.WriteBytes([]);
        writer.EndList(list);
        return writer.ToArray();
    }

    private static void WriteReference(RlpWriter writer, byte[] node)
    {
        if (node.Length < Bytes32.Size)
            writer.WriteRaw(node);
        else
            writer.WriteBytes32(MerklePatricia.Hash(node));
    }

    private static int Common(List<(byte[] Nibbles, byte[] Value)> entries, int depth)
    {
        int common = 0;
        while (entries.All(entry => entry.Nibbles[depth + common] == entries[0].Nibbles[depth + common]))
            common++;
        return common;
    }

    private static byte[] Path(ReadOnlySpan<byte> nibbles, bool isLeaf)
    {
        bool isOdd = nibbles.Length % 2 == 1;
        byte[] path = new byte[(nibbles.Length / 2) + 1];
        path[0] = (byte)(((isLeaf ? 2 : 0) + (isOdd ? 1 : 0)) << 4);
        if (isOdd)
            path[0] |= nibbles[0];
        ReadOnlySpan<byte> even = nibbles[(isOdd ? 1 : 0)..];
        for (int i = 0; i < even.Length; i += 2)
            path[1 + (i / 2)] = (byte)((even[i] << 4) | even[i + 1]);
        return path;
    }

    private static byte[] Nibbles(ReadOnlySpan<byte> key)
    {
        byte[] nibbles = new byte[2 * key.Length];
        for (int i = 0; i < key.Length; i++)
        {
            nibbles[2 * i] = (byte)(key[i] >> 4);
            nibbles[(2 * i) + 1] = (byte)(key[i] & 0xF);
        }

        return nibbles;
    }
}
