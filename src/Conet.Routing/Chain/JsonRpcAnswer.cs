using System.Text;
using System.Text.Json;

namespace Conet.Routing.Chain;

/// <summary>
/// Takes JSON-RPC 2.0 answers apart. Pure functions over bytes: hostile input gives a fault, never an
/// exception, and memory is bounded by the input. Results are given as ranges of the input, for
/// <see cref="RpcParsers"/>.
/// </summary>
public static class JsonRpcAnswer
{
    private const int MessageBytesMax = 4096;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = ChainLimits.JsonDepthMax };

    /// <summary>Finds the result in the answer to one call.</summary>
    /// <param name="body">The whole answer.</param>
    /// <param name="id">Id of the call.</param>
    /// <returns>Where the JSON of the result is in <paramref name="body"/>.</returns>
    public static RpcResult<Range> Read(ReadOnlySpan<byte> body, long id)
    {
        try
        {
            Utf8JsonReader reader = new(body, Options);
            if (!reader.Read()) return Malformed("the answer is empty");
            RpcResult<Range> result = ReadObject(ref reader, out long? answered);
            if (reader.Read()) return Malformed("data follows the answer");
            bool isOurs = answered == id || (answered is null && result.Kind == RpcErrorKind.Rejected);
            return isOurs ? result : result.Kind == RpcErrorKind.Malformed ? result : Malformed("wrong id");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Malformed("the answer is not JSON");
        }
    }

    /// <summary>
    /// Finds the results in the answer to a batch of calls with consecutive ids, in any order.
    /// </summary>
    /// <param name="body">The whole answer.</param>
    /// <param name="firstId">Id of the first call.</param>
    /// <param name="count">Number of calls.</param>
    /// <returns>One result for each call in the order of the ids, or one fault for the whole batch.</returns>
    public static RpcResult<RpcResult<Range>[]> ReadBatch(ReadOnlySpan<byte> body, long firstId, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ChainLimits.BatchCallsMax);
        try
        {
            Utf8JsonReader reader = new(body, Options);
            if (!reader.Read()) return MalformedBatch("the answer is empty");
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                RpcResult<Range> refusal = ReadObject(ref reader, out _);
                return refusal.IsSuccess
                    ? MalformedBatch("one answer to a batch")
                    : refusal.Cast<RpcResult<Range>[]>();
            }
            if (reader.TokenType != JsonTokenType.StartArray) return MalformedBatch("not a batch");
            return ReadMembers(ref reader, firstId, count);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return MalformedBatch("the answer is not JSON");
        }
    }

    /// <summary>True when the body is an answer with an error object, whatever its id.</summary>
    public static bool IsRefusal(ReadOnlySpan<byte> body)
    {
        try
        {
            Utf8JsonReader reader = new(body, Options);
            return reader.Read() && ReadObject(ref reader, out _).Kind == RpcErrorKind.Rejected;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static RpcResult<RpcResult<Range>[]> ReadMembers(
        ref Utf8JsonReader reader, long firstId, int count)
    {
        RpcResult<Range>[] results = new RpcResult<Range>[count];
        bool[] seen = new bool[count];
        int found = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            RpcResult<Range> member = ReadObject(ref reader, out long? id);
            if (member.Kind == RpcErrorKind.Malformed) return member.Cast<RpcResult<Range>[]>();
            if (id is null || id < firstId || id - firstId >= count || seen[id.Value - firstId])
                return MalformedBatch("wrong id");
            seen[id.Value - firstId] = true;
            results[id.Value - firstId] = member;
            found++;
        }
        if (found != count) return MalformedBatch("an answer of the batch is missing");
        return reader.Read()
            ? MalformedBatch("data follows the answer")
            : RpcResult<RpcResult<Range>[]>.Ok(results);
    }

    // The reader stands on the start of the object and ends on its last token.
    private static RpcResult<Range> ReadObject(ref Utf8JsonReader reader, out long? id)
    {
        id = null;
        if (reader.TokenType != JsonTokenType.StartObject) return Malformed("not an object");
        Range? result = null;
        RpcFault? error = null;
        bool hasId = false, hasError = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("id"u8);
            bool isResult = reader.ValueTextEquals("result"u8);
            bool isError = reader.ValueTextEquals("error"u8);
            reader.Read();
            if ((isId && hasId) || (isResult && result is not null) || (isError && hasError))
                return Malformed("a field occurs twice");
            int start = (int)reader.TokenStartIndex;
            if (isId)
            {
                hasId = true;
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long value))
                    id = value;
                else if (reader.TokenType != JsonTokenType.Null) return Malformed("the id is not ours");
            }
            else if (isError)
            {
                hasError = true;
                if (reader.TokenType != JsonTokenType.Null) error = ReadError(ref reader);
            }
            else
            {
                reader.Skip();
                if (isResult) result = new Range(start, (int)reader.BytesConsumed);
            }
        }
        if (error is not null) return RpcResult<Range>.Fail(error);
        return result is { } range ? RpcResult<Range>.Ok(range) : Malformed("neither result nor error");
    }

    private static RpcFault ReadError(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return new RpcFault(RpcErrorKind.Rejected, "an error without a description");
        }
        long code = 0;
        string message = "an error without a message";
        byte[] data = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isCode = reader.ValueTextEquals("code"u8);
            bool isMessage = reader.ValueTextEquals("message"u8);
            bool isData = reader.ValueTextEquals("data"u8);
            reader.Read();
            if (isCode && reader.TokenType == JsonTokenType.Number) _ = reader.TryGetInt64(out code);
            else if (isMessage && reader.TokenType == JsonTokenType.String) message = ReadMessage(ref reader);
            else if (isData) data = ReadErrorData(ref reader);
            else reader.Skip();
        }
        return new RpcFault(RpcErrorKind.Rejected, message, code, data);
    }

    private static string ReadMessage(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return Encoding.UTF8.GetString(
                reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, MessageBytesMax)]);
        if (reader.ValueSpan.Length > MessageBytesMax) return "a very long error message";
        return reader.GetString() ?? "";
    }

    // Nodes put revert data as hex text, some of them one object deeper.
    private static byte[] ReadErrorData(ref Utf8JsonReader reader)
    {
        byte[] data = [];
        if (reader.TokenType == JsonTokenType.String)
        {
            if (!reader.ValueIsEscaped)
                _ = HexText.TryReadData(reader.ValueSpan, ChainLimits.ErrorDataBytesMax, out data);
            return data;
        }
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return data;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isData = reader.ValueTextEquals("data"u8);
            reader.Read();
            if (isData && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
                _ = HexText.TryReadData(reader.ValueSpan, ChainLimits.ErrorDataBytesMax, out data);
            else reader.Skip();
        }
        return data;
    }

    private static RpcResult<Range> Malformed(string reason) =>
        RpcResult<Range>.Fail(RpcErrorKind.Malformed, reason);

    private static RpcResult<RpcResult<Range>[]> MalformedBatch(string reason) =>
        RpcResult<RpcResult<Range>[]>.Fail(RpcErrorKind.Malformed, reason);
}
