using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;
using System.Text.Unicode;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Decodes the Solidity contract ABI strictly: zero padding, numbers in range, and every offset exactly
/// where the canonical encoder puts it, so that what decodes also encodes back to the same bytes and no
/// value is reached twice. Counts are checked against the bytes left before anything is allocated;
/// never throws on bad bytes.
/// </summary>
public static class AbiDecoder
{
    private const int Word = AbiType.WordSize;

    /// <summary>Decodes a tuple (a parameter list) that takes all of <paramref name="data"/>.</summary>
    /// <param name="tuple">A tuple type, see <see cref="AbiType.TupleOf"/>.</param>
    /// <param name="data">Encoded parameters, without selector.</param>
    /// <param name="values">The members in order.</param>
    /// <param name="error">Why it failed.</param>
    public static bool TryDecode(
        AbiType tuple, ReadOnlySpan<byte> data, [NotNullWhen(true)] out AbiValue[]? values,
        out AbiError error)
    {
        ArgumentNullException.ThrowIfNull(tuple);
        if (tuple.Kind != AbiKind.Tuple)
            throw new ArgumentException("Parameters are a tuple.", nameof(tuple));
        values = null;
        error = DecodeMembers(
            tuple.Components, tuple.Components.Count, data, out AbiValue[] members, out int used);
        if (error == AbiError.None && used != data.Length) error = AbiError.TrailingBytes;
        if (error != AbiError.None) return false;
        values = members;
        return true;
    }

    // Depth is bounded by the type, which AbiType.TryParse bounds.
    private static AbiError DecodeMembers(
        IReadOnlyList<AbiType> types, int count, ReadOnlySpan<byte> data, out AbiValue[] members,
        out int used)
    {
        members = [];
        used = 0;
        long headSize = types.Count == count
            ? types.Sum(t => (long)t.HeadSize)
            : (long)count * types[0].HeadSize;
        if (headSize > data.Length) return AbiError.Truncated;
        AbiValue[] items = new AbiValue[count];
        int head = 0;
        int tail = (int)headSize;
        for (int i = 0; i < count; i++)
        {
            AbiType type = types.Count == count ? types[i] : types[0];
            AbiError error;
            if (type.IsDynamic)
            {
                if (!TryReadCount(data[head..], out int offset) || offset != tail) return AbiError.BadOffset;
                error = DecodeDynamic(type, data[tail..], out items[i], out int size);
                tail += size;
            }
            else
            {
                error = DecodeStatic(type, data.Slice(head, type.HeadSize), out items[i]);
            }
            if (error != AbiError.None) return error;
            head += type.HeadSize;
        }
        members = items;
        used = tail;
        return AbiError.None;
    }

    private static AbiError DecodeDynamic(
        AbiType type, ReadOnlySpan<byte> data, out AbiValue value, out int used)
    {
        value = Nothing;
        used = 0;
        if (type.Kind == AbiKind.Tuple)
        {
            AbiError error = DecodeMembers(
                type.Components, type.Components.Count, data, out AbiValue[] m, out used);
            value = new AbiValue.Sequence(m);
            return error;
        }
        if (type.Kind == AbiKind.Array && type.Length >= 0)
            return DecodeElements(type, type.Length, data, out value, out used);
        if (data.Length < Word) return AbiError.Truncated;
        if (!TryReadCount(data, out int length)) return AbiError.BadLength;
        ReadOnlySpan<byte> content = data[Word..];
        if (type.Kind == AbiKind.Array)
        {
            if ((long)length * type.Element!.HeadSize > content.Length) return AbiError.BadLength;
            AbiError error = DecodeElements(type, length, content, out value, out used);
            used += Word;
            return error;
        }
        long padded = ((long)length + Word - 1) / Word * Word;
        if (padded > content.Length) return AbiError.BadLength;
        if (content[length..(int)padded].ContainsAnyExcept((byte)0)) return AbiError.BadPadding;
        used = Word + (int)padded;
        ReadOnlySpan<byte> bytes = content[..length];
        if (type.Kind == AbiKind.String && !Utf8.IsValid(bytes)) return AbiError.NotUtf8;
        value = type.Kind == AbiKind.String
            ? new AbiValue.Text(Encoding.UTF8.GetString(bytes))
            : new AbiValue.Blob(bytes.ToArray());
        return AbiError.None;
    }

    private static AbiError DecodeElements(
        AbiType type, int length, ReadOnlySpan<byte> data, out AbiValue value, out int used)
    {
        AbiError error = DecodeMembers([type.Element!], length, data, out AbiValue[] items, out used);
        value = new AbiValue.Sequence(items);
        return error;
    }

    private static AbiError DecodeStatic(AbiType type, ReadOnlySpan<byte> data, out AbiValue value)
    {
        if (type.Kind == AbiKind.Tuple)
        {
            AbiError error = DecodeMembers(
                type.Components, type.Components.Count, data, out AbiValue[] m, out _);
            value = new AbiValue.Sequence(m);
            return error;
        }
        return type.Kind == AbiKind.Array
            ? DecodeElements(type, type.Length, data, out value, out _)
            : DecodeWord(type, data[..Word], out value);
    }

    private static AbiError DecodeWord(AbiType type, ReadOnlySpan<byte> word, out AbiValue value)
    {
        value = Nothing;
        switch (type.Kind)
        {
            case AbiKind.UInt:
                if (word[..(Word - type.Size / 8)].ContainsAnyExcept((byte)0)) return AbiError.OutOfRange;
                value = new AbiValue.Number(new BigInteger(word, isUnsigned: true, isBigEndian: true));
                return AbiError.None;
            case AbiKind.Int:
                int spare = Word - type.Size / 8;
                byte sign = (sbyte)word[spare] < 0 ? (byte)0xff : (byte)0;
                if (word[..spare].ContainsAnyExcept(sign)) return AbiError.OutOfRange;
                value = new AbiValue.Number(new BigInteger(word, isUnsigned: false, isBigEndian: true));
                return AbiError.None;
            case AbiKind.Address:
                if (word[..(Word - Address.Size)].ContainsAnyExcept((byte)0)) return AbiError.OutOfRange;
                value = new AbiValue.Account(new Address(word[(Word - Address.Size)..]));
                return AbiError.None;
            case AbiKind.Bool:
                if (word[..(Word - 1)].ContainsAnyExcept((byte)0) || word[Word - 1] > 1)
                    return AbiError.OutOfRange;
                value = new AbiValue.Boolean(word[Word - 1] == 1);
                return AbiError.None;
            default:
                if (word[type.Size..].ContainsAnyExcept((byte)0)) return AbiError.BadPadding;
                value = new AbiValue.Blob(word[..type.Size].ToArray());
                return AbiError.None;
        }
    }

    private static bool TryReadCount(ReadOnlySpan<byte> data, out int count)
    {
        count = 0;
        if (data.Length < Word || data[..(Word - 4)].ContainsAnyExcept((byte)0)) return false;
        uint value = BinaryPrimitives.ReadUInt32BigEndian(data[(Word - 4)..]);
        count = (int)(value & int.MaxValue);
        return value <= int.MaxValue;
    }

    private static readonly AbiValue Nothing = new AbiValue.Sequence([]);
}
