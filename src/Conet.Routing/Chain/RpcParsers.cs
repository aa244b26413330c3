using System.Text;
using System.Text.Json;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Reads the results of the JSON-RPC methods that we call. Pure functions over the JSON of a result: strict
/// hex (<c>0x</c>, no leading zeros in quantities, whole bytes in data), required fields exactly once,
/// unknown fields skipped, counts and sizes bounded. Hostile input gives a fault, never an exception.
/// </summary>
public static class RpcParsers
{
    private delegate bool Parser<T>(ref Utf8JsonReader reader, out T value);

    private static readonly JsonReaderOptions Options = new() { MaxDepth = ChainLimits.JsonDepthMax };

    // The fields that are hashed, in their order, and the hash.
    private static readonly byte[][] HeaderFields =
        [.. HeaderForm.Names.Select(Encoding.UTF8.GetBytes), "hash"u8.ToArray()];

    private static readonly byte[][] LogFields =
    [
        "address"u8.ToArray(), "topics"u8.ToArray(), "data"u8.ToArray(), "blockNumber"u8.ToArray(),
        "blockHash"u8.ToArray(), "transactionHash"u8.ToArray(), "logIndex"u8.ToArray(), "removed"u8.ToArray(),
    ];

    private static readonly byte[][] ReceiptFields =
    [
        "transactionHash"u8.ToArray(), "blockNumber"u8.ToArray(), "blockHash"u8.ToArray(),
            "status"u8.ToArray(),
        "gasUsed"u8.ToArray(), "logs"u8.ToArray(), "effectiveGasPrice"u8.ToArray(),
        "contractAddress"u8.ToArray(),
    ];

    private static readonly byte[][] ProofFields =
    [
        "address"u8.ToArray(), "accountProof"u8.ToArray(), "balance"u8.ToArray(), "nonce"u8.ToArray(),
        "codeHash"u8.ToArray(), "storageHash"u8.ToArray(), "storageProof"u8.ToArray(),
    ];

    private static readonly byte[][] StorageProofFields =
        ["key"u8.ToArray(), "value"u8.ToArray(), "proof"u8.ToArray()];

    /// <summary>A quantity of at most 256 bits.</summary>
    public static RpcResult<UInt256> Quantity(ReadOnlySpan<byte> json) =>
        Run<UInt256>(json, TryQuantity, "quantity");

    /// <summary>A quantity of at most 64 bits.</summary>
    public static RpcResult<ulong> Quantity64(ReadOnlySpan<byte> json) =>
        Run<ulong>(json, TryUInt64, "quantity");

    /// <summary>Data of any length.</summary>
    public static RpcResult<byte[]> Data(ReadOnlySpan<byte> json) => Run<byte[]>(json, TryAnyData, "data");

    /// <summary>A hash.</summary>
    public static RpcResult<Bytes32> Hash(ReadOnlySpan<byte> json) => Run<Bytes32>(json, TryBytes32, "hash");

    /// <summary>A block without its transactions; null when it is not known.</summary>
    public static RpcResult<BlockHeader?> Header(ReadOnlySpan<byte> json) =>
        Run<BlockHeader?>(json, TryHeader, "block");

    /// <summary>A list of logs.</summary>
    public static RpcResult<LogEntry[]> Logs(ReadOnlySpan<byte> json) =>
        Run<LogEntry[]>(json, TryLogs, "logs");

    /// <summary>A transaction receipt; null when the transaction is not mined.</summary>
    public static RpcResult<TransactionReceipt?> Receipt(ReadOnlySpan<byte> json) =>
        Run<TransactionReceipt?>(json, TryReceipt, "receipt");

    /// <summary>An account proof.</summary>
    public static RpcResult<AccountProof> Proof(ReadOnlySpan<byte> json) =>
        Run<AccountProof>(json, TryProof, "proof");

    private static RpcResult<T> Run<T>(ReadOnlySpan<byte> json, Parser<T> parser, string what)
    {
        try
        {
            Utf8JsonReader reader = new(json, Options);
            if (reader.Read() && parser(ref reader, out T value) && !reader.Read())
                return RpcResult<T>.Ok(value);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Falls through: what is not JSON is not a result either.
        }
        return RpcResult<T>.Fail(RpcErrorKind.Malformed, "not a " + what);
    }

    private static bool TryHeader(ref Utf8JsonReader reader, out BlockHeader? header)
    {
        header = null;
        if (reader.TokenType == JsonTokenType.Null) return true;
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        HeaderForm form = new();
        ulong number = 0, timestamp = 0;
        Bytes32 hash = default, parent = default, stateRoot = default;
        UInt256? baseFee = null;
        int seen = 0;
        while (TryNextField(ref reader, HeaderFields, ref seen, out int field))
        {
            if (field >= 0 && field < HeaderForm.Count)
                TakeValue(form, reader, field);
            bool read = field switch
            {
                HeaderForm.ParentHash => TryBytes32(ref reader, out parent),
                HeaderForm.StateRoot => TryBytes32(ref reader, out stateRoot),
                HeaderForm.Number => TryUInt64(ref reader, out number),
                HeaderForm.Timestamp => TryUInt64(ref reader, out timestamp),
                HeaderForm.BaseFeePerGas => TryOptionalQuantity(ref reader, out baseFee),
                _ when field == HeaderForm.Count => TryBytes32(ref reader, out hash),
                _ => TrySkip(ref reader, field),
            };
            if (!read) return false;
        }
        const int required =
            1 << HeaderForm.ParentHash | 1 << HeaderForm.StateRoot | 1 << HeaderForm.Number
            | 1 << HeaderForm.Timestamp;
        int needed = required | 1 << HeaderForm.Count;
        if (reader.TokenType != JsonTokenType.EndObject || (seen & needed) != needed) return false;
        header = new BlockHeader(number, hash, parent, timestamp, stateRoot, baseFee)
        {
            IsHashed = form.HashesTo(hash),
        };
        return true;
    }

    // The reader is copied: it stays on the value.
    private static void TakeValue(HeaderForm form, Utf8JsonReader reader, int field) =>
        form.Take(ref reader, field);

    private static bool TryLogs(ref Utf8JsonReader reader, out LogEntry[] logs)
    {
        logs = [];
        if (reader.TokenType != JsonTokenType.StartArray) return false;
        List<LogEntry> list = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (list.Count >= ChainLimits.LogsMax || !TryLog(ref reader, out LogEntry? log)) return false;
            list.Add(log!);
        }
        logs = [.. list];
        return true;
    }

    private static bool TryLog(ref Utf8JsonReader reader, out LogEntry? log)
    {
        log = null;
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        Address address = default;
        Bytes32[] topics = [];
        byte[] data = [];
        ulong blockNumber = 0, logIndex = 0;
        Bytes32 blockHash = default, transactionHash = default;
        bool removed = false;
        int seen = 0;
        while (TryNextField(ref reader, LogFields, ref seen, out int field))
        {
            bool read = field switch
            {
                0 => TryAddress(ref reader, out address),
                1 => TryTopics(ref reader, out topics),
                2 => TryData(ref reader, ChainLimits.LogDataBytesMax, out data),
                3 => TryUInt64(ref reader, out blockNumber),
                4 => TryBytes32(ref reader, out blockHash),
                5 => TryBytes32(ref reader, out transactionHash),
                6 => TryUInt64(ref reader, out logIndex),
                7 => TryBoolean(ref reader, out removed),
                _ => TrySkip(ref reader, field),
            };
            if (!read) return false;
        }
        const int required = 0b0111_1111;
        if (reader.TokenType != JsonTokenType.EndObject || (seen & required) != required) return false;
        if (logIndex > uint.MaxValue) return false;
        log = new LogEntry(
            address, topics, data, blockNumber, blockHash, transactionHash, (uint)logIndex, removed);
        return true;
    }

    private static bool TryReceipt(ref Utf8JsonReader reader, out TransactionReceipt? receipt)
    {
        receipt = null;
        if (reader.TokenType == JsonTokenType.Null) return true;
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        Bytes32 transactionHash = default, blockHash = default;
        ulong blockNumber = 0, status = 0, gasUsed = 0;
        LogEntry[] logs = [];
        UInt256? price = null;
        Address? contract = null;
        int seen = 0;
        while (TryNextField(ref reader, ReceiptFields, ref seen, out int field))
        {
            bool read = field switch
            {
                0 => TryBytes32(ref reader, out transactionHash),
                1 => TryUInt64(ref reader, out blockNumber),
                2 => TryBytes32(ref reader, out blockHash),
                3 => TryUInt64(ref reader, out status),
                4 => TryUInt64(ref reader, out gasUsed),
                5 => TryLogs(ref reader, out logs),
                6 => TryOptionalQuantity(ref reader, out price),
                7 => TryOptionalAddress(ref reader, out contract),
                _ => TrySkip(ref reader, field),
            };
            if (!read) return false;
        }
        const int required = 0b0011_1111;
        if (reader.TokenType != JsonTokenType.EndObject || (seen & required) != required || status > 1)
            return false;
        receipt = new TransactionReceipt(
            transactionHash, blockNumber, blockHash, status == 1, gasUsed, price ?? default, contract, logs);
        return true;
    }

    private static bool TryProof(ref Utf8JsonReader reader, out AccountProof proof)
    {
        proof = null!;
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        Address address = default;
        byte[][] nodes = [];
        UInt256 balance = default;
        ulong nonce = 0;
        Bytes32 codeHash = default, storageHash = default;
        StorageProof[] storage = [];
        int seen = 0;
        while (TryNextField(ref reader, ProofFields, ref seen, out int field))
        {
            bool read = field switch
            {
                0 => TryAddress(ref reader, out address),
                1 => TryNodes(ref reader, out nodes),
                2 => TryQuantity(ref reader, out balance),
                3 => TryUInt64(ref reader, out nonce),
                4 => TryBytes32(ref reader, out codeHash),
                5 => TryBytes32(ref reader, out storageHash),
                6 => TryStorageProofs(ref reader, out storage),
                _ => TrySkip(ref reader, field),
            };
            if (!read) return false;
        }
        const int required = 0b0111_1111;
        if (reader.TokenType != JsonTokenType.EndObject || (seen & required) != required) return false;
        proof = new AccountProof(address, nodes, balance, nonce, codeHash, storageHash, storage);
        return true;
    }

    private static bool TryStorageProofs(ref Utf8JsonReader reader, out StorageProof[] proofs)
    {
        proofs = [];
        if (reader.TokenType != JsonTokenType.StartArray) return false;
        List<StorageProof> list = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (list.Count >= ChainLimits.ProofSlotsMax || reader.TokenType != JsonTokenType.StartObject)
                return false;
            Bytes32 slot = default;
            UInt256 value = default;
            byte[][] nodes = [];
            int seen = 0;
            while (TryNextField(ref reader, StorageProofFields, ref seen, out int field))
            {
                bool read = field switch
                {
                    0 => TrySlot(ref reader, out slot),
                    1 => TryQuantity(ref reader, out value),
                    2 => TryNodes(ref reader, out nodes),
                    _ => TrySkip(ref reader, field),
                };
                if (!read) return false;
            }
            if (reader.TokenType != JsonTokenType.EndObject || seen != 0b111) return false;
            list.Add(new StorageProof(slot, value, nodes));
        }
        proofs = [.. list];
        return true;
    }

    private static bool TryNodes(ref Utf8JsonReader reader, out byte[][] nodes)
    {
        nodes = [];
        if (reader.TokenType != JsonTokenType.StartArray) return false;
        List<byte[]> list = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (list.Count >= ChainLimits.ProofNodesMax
                || !TryData(ref reader, ChainLimits.ProofNodeBytesMax, out byte[] node))
                return false;
            list.Add(node);
        }
        nodes = [.. list];
        return true;
    }

    private static bool TryTopics(ref Utf8JsonReader reader, out Bytes32[] topics)
    {
        topics = [];
        if (reader.TokenType != JsonTokenType.StartArray) return false;
        Span<Bytes32> buffer = stackalloc Bytes32[ChainLimits.LogTopicsMax];
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count >= buffer.Length || !TryBytes32(ref reader, out Bytes32 topic)) return false;
            buffer[count++] = topic;
        }
        topics = buffer[..count].ToArray();
        return true;
    }

    /// <summary>
    /// Moves to the value of the next field. <paramref name="field"/> is its index, -1 for an unknown one, or
    /// <see cref="DuplicateField"/>. False at the end of the object.
    /// </summary>
    private static bool TryNextField(ref Utf8JsonReader reader, byte[][] names, ref int seen, out int field)
    {
        field = -1;
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName) return false;
        for (int i = 0; i < names.Length && field < 0; i++)
        {
            if (reader.ValueTextEquals(names[i])) field = i;
        }
        if (field >= 0)
        {
            bool isDuplicate = (seen & (1 << field)) != 0;
            seen |= 1 << field;
            if (isDuplicate) field = DuplicateField;
        }
        return reader.Read();
    }

    private const int DuplicateField = -2;

    private static bool TrySkip(ref Utf8JsonReader reader, int field)
    {
        if (field == DuplicateField) return false;
        reader.Skip();
        return true;
    }

    private static bool TryText(ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped) return false;
        text = reader.ValueSpan;
        return true;
    }

    private static bool TryQuantity(ref Utf8JsonReader reader, out UInt256 value)
    {
        value = default;
        return TryText(ref reader, out ReadOnlySpan<byte> text) && HexText.TryReadQuantity(text, out value);
    }

    private static bool TryOptionalQuantity(ref Utf8JsonReader reader, out UInt256? value)
    {
        value = null;
        if (reader.TokenType == JsonTokenType.Null) return true;
        if (!TryQuantity(ref reader, out UInt256 number)) return false;
        value = number;
        return true;
    }

    private static bool TryUInt64(ref Utf8JsonReader reader, out ulong value)
    {
        value = 0;
        return TryQuantity(ref reader, out UInt256 wide) && wide.TryToUInt64(out value);
    }

    private static bool TryBytes32(ref Utf8JsonReader reader, out Bytes32 value)
    {
        value = default;
        return TryText(ref reader, out ReadOnlySpan<byte> text) && Bytes32.TryParseHexUtf8(text, out value);
    }

    // Nodes echo the slot as they got it, as data, or as a quantity; it is compared as a number.
    private static bool TrySlot(ref Utf8JsonReader reader, out Bytes32 slot)
    {
        slot = default;
        if (!TryText(ref reader, out ReadOnlySpan<byte> text)) return false;
        if (Bytes32.TryParseHexUtf8(text, out slot)) return true;
        bool read = HexText.TryReadQuantity(text, out UInt256 number);
        slot = number.ToBytes32();
        return read;
    }

    private static bool TryAddress(ref Utf8JsonReader reader, out Address value)
    {
        value = default;
        Span<byte> bytes = stackalloc byte[Address.Size];
        if (!TryText(ref reader, out ReadOnlySpan<byte> text) || !HexText.TryReadData(text, bytes))
            return false;
        value = new Address(bytes);
        return true;
    }

    private static bool TryOptionalAddress(ref Utf8JsonReader reader, out Address? value)
    {
        value = null;
        if (reader.TokenType == JsonTokenType.Null) return true;
        if (!TryAddress(ref reader, out Address address)) return false;
        value = address;
        return true;
    }

    private static bool TryAnyData(ref Utf8JsonReader reader, out byte[] value) =>
        TryData(ref reader, ChainLimits.AnswerBytesMax, out value);

    private static bool TryData(ref Utf8JsonReader reader, int bytesMax, out byte[] value)
    {
        value = [];
        return TryText(ref reader, out ReadOnlySpan<byte> text)
            && HexText.TryReadData(text, bytesMax, out value);
    }

    private static bool TryBoolean(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return value || reader.TokenType == JsonTokenType.False;
    }
}
