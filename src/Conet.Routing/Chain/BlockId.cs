namespace Conet.Routing.Chain;

/// <summary>
/// Names a block in a call: by number, by hash, or by one of the tags of the execution API.
/// </summary>
public readonly struct BlockId : IEquatable<BlockId>
{
    private readonly string? _tag;
    private readonly ulong _number;
    private readonly Bytes32 _hash;
    private readonly bool _byHash;

    private BlockId(string? tag, ulong number, Bytes32 hash, bool byHash)
    {
        _tag = tag;
        _number = number;
        _hash = hash;
        _byHash = byHash;
    }

    /// <summary>The head of the chain.</summary>
    public static BlockId Latest => new("latest", 0, default, false);

    /// <summary>The head with the provider's pending transactions on top.</summary>
    public static BlockId Pending => new("pending", 0, default, false);

    /// <summary>The last finalised block.</summary>
    public static BlockId Finalized => new("finalized", 0, default, false);

    /// <summary>The last block that is safe under honest-majority assumptions.</summary>
    public static BlockId Safe => new("safe", 0, default, false);

    /// <summary>The block of that number.</summary>
    public static BlockId Number(ulong number) => new(null, number, default, false);

    /// <summary>The block of that hash.</summary>
    public static BlockId Hash(Bytes32 hash) => new(null, 0, hash, true);

    /// <summary>True when the block is named by its hash.</summary>
    public bool IsHash => _byHash;

    /// <summary>False when a header cannot be that of the block named; a tag can be any block.</summary>
    public bool Names(BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return _byHash ? header.Hash == _hash : _tag is not null || header.Number == _number;
    }

    /// <summary>The JSON-RPC parameter: a tag, a quantity or a hash, without quotes.</summary>
    public string ToParameter() => _byHash ? _hash.ToString() : _tag ?? HexText.FormatQuantity(_number);

    /// <summary>
    /// The JSON value for methods that take a block in EIP-1898 form: a string, or an object for a hash.
    /// </summary>
    internal string ToJson() => _byHash ? $"{{\"blockHash\":\"{_hash}\"}}" : $"\"{ToParameter()}\"";

    /// <inheritdoc/>
    public bool Equals(BlockId other) =>
        _tag == other._tag && _number == other._number && _hash == other._hash && _byHash == other._byHash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BlockId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_tag, _number, _hash);

    /// <summary>Same as <see cref="ToParameter"/>.</summary>
    public override string ToString() => ToParameter();

    /// <summary>Equality.</summary>
    public static bool operator ==(BlockId left, BlockId right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(BlockId left, BlockId right) => !left.Equals(right);
}
