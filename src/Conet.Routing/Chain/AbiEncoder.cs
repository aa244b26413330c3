using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Conet.Routing.Chain;

/// <summary>Encodes values by the Solidity contract ABI, in the canonical form that solc writes.</summary>
public static class AbiEncoder
{
    private const int Word = AbiType.WordSize;

    /// <summary>Encodes the members of a tuple (a parameter list), without a selector.</summary>
    /// <exception cref="ArgumentException">A value does not have the type's shape or range.</exception>
    public static byte[] Encode(AbiType tuple, IReadOnlyList<AbiValue> values)
    {
        ArgumentNullException.ThrowIfNull(tuple);
        ArgumentNullException.ThrowIfNull(values);
        if (tuple.Kind != AbiKind.Tuple)
            throw new ArgumentException("Parameters are a tuple.", nameof(tuple));
        MemoryStream output = new();
        EncodeMembers(tuple.Components, values, output);
        return output.ToArray();
    }

    /// <summary>Writes the one word of a value that is neither a sequence nor of dynamic length.</summary>
    /// <exception cref="ArgumentException">The value does not have the type's shape or range.</exception>
    internal static void WriteWord(AbiType type, AbiValue value, Span<byte> word)
    {
        word.Clear();
        switch (type.Kind, value)
        {
            case (AbiKind.UInt or AbiKind.Int, AbiValue.Number number):
                WriteNumber(type, number.Value, word);
                break;
            case (AbiKind.Address, AbiValue.Account account):
                account.Value.CopyTo(word[(Word - Wire.Addresses.Address.Size)..]);
                break;
            case (AbiKind.Bool, AbiValue.Boolean boolean):
                word[Word - 1] = boolean.Value ? (byte)1 : (byte)0;
                break;
            case (AbiKind.FixedBytes, AbiValue.Blob blob) when blob.Value.Length == type.Size:
                blob.Value.CopyTo(word);
                break;
            default:
                throw Mismatch(type);
        }
    }

    private static void EncodeMembers(
        IReadOnlyList<AbiType> types, IReadOnlyList<AbiValue> values, Stream output)
    {
        if (types.Count != values.Count)
            throw new ArgumentException("The member count is wrong.", nameof(values));
        int tail = types.Sum(t => t.HeadSize);
        MemoryStream tails = new();
        for (int i = 0; i < types.Count; i++)
        {
            if (!types[i].IsDynamic)
            {
                EncodeContent(types[i], values[i], output);
                continue;
            }
            WriteCount(checked(tail + (int)tails.Length), output);
            EncodeContent(types[i], values[i], tails);
        }
        tails.WriteTo(output);
    }

    private static void EncodeContent(AbiType type, AbiValue value, Stream output)
    {
        switch (type.Kind, value)
        {
            case (AbiKind.Tuple, AbiValue.Sequence tuple):
                EncodeMembers(type.Components, tuple.Items, output);
                break;
            case (AbiKind.Array, AbiValue.Sequence array):
                if (type.Length < 0) WriteCount(array.Items.Length, output);
                else if (type.Length != array.Items.Length) throw Mismatch(type);
                AbiType[] types = new AbiType[array.Items.Length];
                Array.Fill(types, type.Element!);
                EncodeMembers(types, array.Items, output);
                break;
            case (AbiKind.Bytes, AbiValue.Blob blob):
                WriteBytes(blob.Value, output);
                break;
            case (AbiKind.String, AbiValue.Text text):
                WriteBytes(Encoding.UTF8.GetBytes(text.Value), output);
                break;
            default:
                Span<byte> word = stackalloc byte[Word];
                WriteWord(type, value, word);
                output.Write(word);
                break;
        }
    }

    private static void WriteNumber(AbiType type, BigInteger number, Span<byte> word)
    {
        BigInteger limit = BigInteger.One << (type.Kind == AbiKind.UInt ? type.Size : type.Size - 1);
        BigInteger low = type.Kind == AbiKind.UInt ? BigInteger.Zero : -limit;
        if (number < low || number >= limit) throw Mismatch(type);
        if (number.Sign < 0) word.Fill(0xff);
        bool isUnsigned = number.Sign >= 0;
        int size = number.GetByteCount(isUnsigned);
        number.TryWriteBytes(word[(Word - size)..], out _, isUnsigned, isBigEndian: true);
    }

    private static void WriteBytes(ReadOnlySpan<byte> bytes, Stream output)
    {
        WriteCount(bytes.Length, output);
        output.Write(bytes);
        Span<byte> padding = stackalloc byte[Word];
        padding.Clear();
        output.Write(padding[..((Word - bytes.Length % Word) % Word)]);
    }

    private static void WriteCount(int count, Stream output)
    {
        Span<byte> word = stackalloc byte[Word];
        word.Clear();
        BinaryPrimitives.WriteInt32BigEndian(word[(Word - 4)..], count);
        output.Write(word);
    }

    private static ArgumentException Mismatch(AbiType type) => new("The value is not a " + type + ".");
}
