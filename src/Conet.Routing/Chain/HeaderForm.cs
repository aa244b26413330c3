using System.Text.Json;

namespace Conet.Routing.Chain;

/// <summary>
/// The fields of a block header in the order in which a block's hash takes them: Keccak-256 of their RLP
/// list. Whoever names a block's hash and gives fields that hash to it gives the true ones. Source: the
/// yellow paper, 4.4; EIP-1559, 4895, 4844, 4788, 7685. A chain whose headers have other fields simply does
/// not hash to its names. One header; not thread-safe.
/// </summary>
internal sealed class HeaderForm
{
    public const int ParentHash = 0, StateRoot = 3, Number = 8, Timestamp = 11, BaseFeePerGas = 15;

    private const int RequiredCount = 15;
    private const int FieldBytesMax = 1024;

    private static readonly (string Name, bool IsQuantity)[] _fields =
    [
        ("parentHash", false), ("sha3Uncles", false), ("miner", false), ("stateRoot", false),
        ("transactionsRoot", false), ("receiptsRoot", false), ("logsBloom", false), ("difficulty", true),
        ("number", true), ("gasLimit", true), ("gasUsed", true), ("timestamp", true), ("extraData", false),
        ("mixHash", false), ("nonce", false), ("baseFeePerGas", true), ("withdrawalsRoot", false),
        ("blobGasUsed", true), ("excessBlobGas", true), ("parentBeaconBlockRoot", false),
        ("requestsHash", false),
    ];

    private readonly byte[]?[] _values = new byte[]?[_fields.Length];

    /// <summary>Names of the fields as JSON-RPC has them, in order.</summary>
    public static IEnumerable<string> Names => _fields.Select(entry => entry.Name);

    public static int Count => _fields.Length;

    /// <summary>
    /// Takes the value that the reader stands on, if it is one; anything else leaves the field out.
    /// </summary>
    public void Take(ref Utf8JsonReader reader, int field)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped)
        {
            reader.Skip();
            return;
        }

        if (!_fields[field].IsQuantity)
        {
            if (HexText.TryReadData(reader.ValueSpan, FieldBytesMax, out byte[] data))
                _values[field] = data;
        }
        else if (HexText.TryReadQuantity(reader.ValueSpan, out UInt256 number))
        {
            Span<byte> bytes = stackalloc byte[UInt256.Size];
            number.WriteBigEndian(bytes);
            _values[field] = bytes.TrimStart((byte)0).ToArray();
        }
    }

    /// <summary>True if the fields are a header of that hash.</summary>
    public bool HashesTo(in Bytes32 hash)
    {
        int count = Array.FindIndex(_values, value => value is null);
        count = count < 0 ? _values.Length : count;
        if (count < RequiredCount || _values.Skip(count).Any(value => value is not null))
            return false;
        RlpWriter writer = new(1024);
        int list = writer.BeginList();
        for (int i = 0; i < count; i++)
            writer.WriteBytes(_values[i]);
        writer.EndList(list);
        return MerklePatricia.Hash(writer.Written) == hash;
    }
}
