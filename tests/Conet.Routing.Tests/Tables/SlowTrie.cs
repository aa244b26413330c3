using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Tables;

/// <summary>The trie's slow twin: a list of prefixes, all compared, the longest wins.</summary>
internal sealed class SlowTrie
{
    private readonly List<(byte[] Prefix, int Bits, uint Value)> _entries = [];

    public int Count => _entries.Count;

    public void Set(byte[] prefix, int bits, uint value)
    {
        Remove(prefix, bits);
        _entries.Add((prefix, bits, value));
    }

    public bool Remove(byte[] prefix, int bits) =>
        _entries.RemoveAll(entry => entry.Bits == bits && Shares(entry.Prefix, prefix, bits)) > 0;

    public uint? Find(byte[] address)
    {
        (int Bits, uint? Value) best = (0, null);
        foreach ((byte[] prefix, int bits, uint value) in _entries)
        {
            if (bits > best.Bits && Shares(prefix, address, bits))
                best = (bits, value);
        }

        return best.Value;
    }

    private static bool Shares(byte[] left, byte[] right, int bits)
    {
        for (int bit = 0; bit < bits; bit++)
        {
            int mask = 0x80 >> (bit % 8);
            if ((left[bit / 8] & mask) != (right[bit / 8] & mask))
                return false;
        }

        return true;
    }
}
