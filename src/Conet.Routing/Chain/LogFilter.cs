using System.Text;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Which logs to ask for: of some contracts, with one of some first topics, in a range or in one block.
/// </summary>
public sealed class LogFilter
{
    private LogFilter(ulong from, ulong to, Bytes32? blockHash, IReadOnlyList<Address> addresses,
        IReadOnlyList<Bytes32> firstTopics)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        ArgumentNullException.ThrowIfNull(firstTopics);
        FromBlock = from;
        ToBlock = to;
        BlockHash = blockHash;
        Addresses = addresses;
        FirstTopics = firstTopics;
    }

    /// <summary>First block, inclusive; unused with <see cref="BlockHash"/>.</summary>
    public ulong FromBlock { get; }

    /// <summary>Last block, inclusive; unused with <see cref="BlockHash"/>.</summary>
    public ulong ToBlock { get; }

    /// <summary>The one block asked for (EIP-234), or null for a range.</summary>
    public Bytes32? BlockHash { get; }

    /// <summary>Contracts; empty for any.</summary>
    public IReadOnlyList<Address> Addresses { get; }

    /// <summary>Accepted first topics; empty for any.</summary>
    public IReadOnlyList<Bytes32> FirstTopics { get; }

    /// <summary>
    /// Logs of the blocks <paramref name="from"/> to <paramref name="to"/>, both inclusive.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty.</exception>
    public static LogFilter Range(
        ulong from, ulong to, IReadOnlyList<Address> addresses, IReadOnlyList<Bytes32> firstTopics)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        return new LogFilter(from, to, null, addresses, firstTopics);
    }

    /// <summary>Logs of the one block of that hash.</summary>
    public static LogFilter Block(
        Bytes32 blockHash, IReadOnlyList<Address> addresses, IReadOnlyList<Bytes32> firstTopics) =>
        new(0, 0, blockHash, addresses, firstTopics);

    /// <summary>
    /// True when a log is one that this filter asks for. A provider's answer that
    /// holds any other is malformed.
    /// </summary>
    public bool Matches(LogEntry log)
    {
        ArgumentNullException.ThrowIfNull(log);
        bool placed = BlockHash is { } hash
            ? log.BlockHash == hash
            : log.BlockNumber >= FromBlock && log.BlockNumber <= ToBlock;
        return placed
            && (Addresses.Count == 0 || Addresses.Contains(log.Address))
            && (FirstTopics.Count == 0 || (log.Topics.Length > 0 && FirstTopics.Contains(log.Topics[0])));
    }

    /// <summary>The filter object of eth_getLogs.</summary>
    internal string ToJson()
    {
        StringBuilder json = new("{", 256);
        if (BlockHash is { } hash) json.Append($"\"blockHash\":\"{hash}\"");
        else
        {
            json.Append($"\"fromBlock\":\"{HexText.FormatQuantity(FromBlock)}\",");
            json.Append($"\"toBlock\":\"{HexText.FormatQuantity(ToBlock)}\"");
        }
        if (Addresses.Count > 0)
            json.Append($",\"address\":[{string.Join(',', Addresses.Select(a => $"\"{a.ToHex()}\""))}]");
        if (FirstTopics.Count > 0)
            json.Append($",\"topics\":[[{string.Join(',', FirstTopics.Select(t => $"\"{t}\""))}]]");
        return json.Append('}').ToString();
    }
}
