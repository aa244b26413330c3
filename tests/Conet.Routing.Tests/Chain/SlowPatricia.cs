using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Chain;

/// <summary>
/// A Merkle-Patricia trie built anew from its entries, as the yellow paper's appendix D
/// defines it, to make proofs from.
/// </summary>
internal sealed class SlowPatricia(SortedDictionary<string, byte[]> entries)
{
    private readonly List<byte[]> _proof = [];
    private Dictionary<Bytes32, byte[]>? _all;

    /// <summary>Keys are lower-case hexadecimal text, one character a nibble.</summary>
    public Bytes32 Root => MerklePatricia.Hash(Encode([.. entries], 0, null));

    /// <summary>Nodes on the way to a key, without embedded ones.</summary>
    public List<byte[]> Prove(string key)
    {
        _proof.Clear();
        byte[] root = Encode([.. entries], 0, key);
        if (root.Length < Bytes32.Size || entries.Count == 0)
            _proof.Add(root);
        _proof.Reverse();
        return [.. _proof];
    }

    /// <summary>Every node that has a hash, by it.</summary>
    public Dictionary<Bytes32, byte[]> AllNodes()
    {
        _all = [];
        byte[] root = Encode([.. entries], 0, null);
        _all[MerklePatricia.Hash(root)] = root;
        return _all;
    }

    private byte[] Encode(KeyValuePair<string, byte[]>[] items, int at, string? wanted)
    {
        if (items.Length == 0)
            return [0x80];
        RlpWriter writer = new();
        int list = writer.BeginList();
        string first = items[0].Key;
        if (items.Length == 1)
        {
            writer.WriteBytes(Path(first[at..], isLeaf: true));
            writer.WriteBytes(items[0].Value);
        }
        else if (Shared(items, at) is var shared && shared > at)
        {
            writer.WriteBytes(Path(first[at..shared], isLeaf: false));
            bool isOnPath = wanted is not null
                && string.CompareOrdinal(wanted, at, first, at, shared - at) == 0;
            writer.WriteRaw(Reference(Encode(items, shared, isOnPath ? wanted : null)));
        }
        else
        {
            foreach (char nibble in "0123456789abcdef")
            {
                KeyValuePair<string, byte[]>[] below =
                    [.. items.Where(item => item.Key.Length > at && item.Key[at] == nibble)];
                bool isOnPath = wanted is not null && wanted.Length > at && wanted[at] == nibble;
                writer.WriteRaw(Reference(Encode(below, at + 1, isOnPath ? wanted : null)));
            }

            writer.WriteBytes(first.Length == at ? items[0].Value : []);
        }

        writer.EndList(list);
        byte[] node = writer.ToArray();
        if (wanted is not null && node.Length >= Bytes32.Size)
            _proof.Add(node);
        if (_all is not null && node.Length >= Bytes32.Size)
            _all[MerklePatricia.Hash(node)] = node;
        return node;
    }

    private static byte[] Reference(byte[] node) =>
        node.Length < Bytes32.Size ? node : [0xa0, .. MerklePatricia.Hash(node).ToArray()];

    private static int Shared(KeyValuePair<string, byte[]>[] items, int at)
    {
        string first = items[0].Key, last = items[^1].Key;
        while (at < first.Length && at < last.Length && first[at] == last[at])
            at++;
        return at;
    }

    private static byte[] Path(string nibbles, bool isLeaf)
    {
        int flag = (isLeaf ? 2 : 0) + (nibbles.Length % 2);
        return Convert.FromHexString($"{flag}{(nibbles.Length % 2 == 0 ? "0" : "")}{nibbles}");
    }
}
