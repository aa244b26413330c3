using System.Numerics;
using System.Text;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Chain;

public sealed class AbiTests
{
    [Fact]
    public void Values_of_random_types_come_back_the_same() => Property.HoldsForSeeds(random =>
    {
        AbiType type = DrawTuple(random);
        AbiValue[] values = [.. type.Components.Select(member => DrawValue(random, member, 0))];
        byte[] encoded = AbiEncoder.Encode(type, values);
        if (!AbiDecoder.TryDecode(type, encoded, out AbiValue[]? decoded, out _))
            return false;
        VectorValues.AssertSame(new AbiValue.Sequence(values), new AbiValue.Sequence(decoded));
        return AbiType.TryParse(type.ToString(), out AbiType? again) && again.ToString() == type.ToString();
    });

    [Fact]
    public void Any_bytes_are_refused_or_encode_back_to_themselves() => Property.HoldsForSeeds(random =>
    {
        AbiType type = DrawTuple(random);
        byte[] bytes = random.Next(4) == 0
            ? Property.Bytes(random, 320)
            : Spoil(
                random, AbiEncoder.Encode(type, [.. type.Components.Select(m => DrawValue(random, m, 0))]));
        return AbiDecoder.TryDecode(type, bytes, out AbiValue[]? values, out AbiError error)
            ? AbiEncoder.Encode(type, values).AsSpan().SequenceEqual(bytes)
            : error != AbiError.None && values is null;
    });

    [Fact]
    public void Any_text_is_a_type_or_is_refused() => Property.HoldsForSeeds(random =>
    {
        const string letters = "()[],0123456789uintbytesaddressboolstring ";
        StringBuilder text = new(random.Next(2) == 0 ? DrawTuple(random).ToString() : "");
        for (int i = random.Next(1, 8); i > 0; i--)
            text.Insert(random.Next(text.Length + 1), letters[random.Next(letters.Length)]);
        return !AbiType.TryParse(text.ToString(), out AbiType? type)
            || (AbiType.TryParse(type.ToString(), out AbiType? again) && again.ToString() == type.ToString());
    });

    [Theory]
    [InlineData("uint0")]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("uint08")]
    [InlineData("bytes0")]
    [InlineData("bytes33")]
    [InlineData("()")]
    [InlineData("uint8[0]")]
    [InlineData("uint8[01]")]
    [InlineData("uint8[1\0]")]
    [InlineData("uint8[-1]")]
    [InlineData("uint8[")]
    [InlineData("(uint8")]
    [InlineData("uint8)")]
    [InlineData("uint8,uint8")]
    [InlineData("uint256[1048576][1048576]")]
    [InlineData("string[99999999]")]
    [InlineData("")]
    public void Texts_that_are_no_types_are_refused(string text) =>
        Assert.False(AbiType.TryParse(text, out _));

    [Fact]
    public void Deep_types_are_refused_and_do_not_recurse()
    {
        Assert.False(AbiType.TryParse(new string('(', 2_000) + "bool" + new string(')', 2_000), out _));
        Assert.False(AbiType.TryParse("bool" + string.Concat(Enumerable.Repeat("[]", 1_000)), out _));
    }

    [Fact]
    public void A_count_that_the_data_cannot_hold_is_refused_before_anything_is_allocated()
    {
        AbiType type = AbiType.TupleOf(AbiType.Parse("uint8[]"));
        byte[] data = new byte[3 * AbiType.WordSize];
        data[31] = 0x20;
        data.AsSpan(60, 4).Fill(0x7F);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(AbiDecoder.TryDecode(type, data, out _, out AbiError error));
        Assert.Equal(AbiError.BadLength, error);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000);
    }

    [Fact]
    public void Registry_events_of_any_bytes_are_refused_or_read_as_the_decoder_reads_them()
    {
        AbiType node = AbiType.Parse(
            "(uint64,(address,address,bytes32,bytes32,bytes16,uint16,uint16,bytes32,uint32,uint8,uint128))");
        AbiType route = AbiType.Parse("(uint64,bytes32,uint256,bytes32,bytes32)");
        Property.HoldsForSeeds(random =>
        {
            AbiType type = random.Next(2) == 0 ? node : route;
            byte[] data = AbiEncoder.Encode(type, [.. type.Components.Select(m => DrawValue(random, m, 0))]);
            if (random.Next(3) == 0)
                data = Spoil(random, data);
            Bytes32 topic = ReferenceEquals(type, node) ? NodeChanged.Topic : RouteChanged.Topic;
            Bytes32 indexed = ((UInt256)(ulong)random.Next(3)).ToBytes32();
            bool isRead = RegistryEvent.TryRead(
                [topic, indexed], data, out RegistryEvent? change, out AbiError error);
            if (!isRead)
                return error != AbiError.None;
            // Stricter than the ABI: what reads must also decode, and by the same sequence number.
            return AbiDecoder.TryDecode(type, data, out AbiValue[]? values, out _)
                && ((AbiValue.Number)values[0]).Value == change!.Sequence;
        });
    }

    // Half of the accidents leave the length alone: those reach the values.
    private static byte[] Spoil(Random random, byte[] bytes)
    {
        if (random.Next(2) == 0)
            return Property.Spoil(random, bytes);
        byte[] altered = [.. bytes];
        int word = random.Next(bytes.Length / AbiType.WordSize) * AbiType.WordSize;
        altered[word + (random.Next(2) == 0 ? 31 : random.Next(32))] = (byte)random.Next(256);
        return altered;
    }

    private static AbiType DrawTuple(Random random) =>
        AbiType.TupleOf(
            [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => AbiType.Parse(DrawType(random, 0)))]);

    private static string DrawType(Random random, int depth) => random.Next(depth < 3 ? 11 : 7) switch
    {
        0 => "uint" + (8 * random.Next(1, 33)),
        1 => "int" + (8 * random.Next(1, 33)),
        2 => "address",
        3 => "bool",
        4 => "bytes" + random.Next(1, 33),
        5 => "bytes",
        6 => "string",
        7 or 8 => DrawType(random, depth + 1) + (random.Next(2) == 0 ? "[]" : $"[{random.Next(1, 4)}]"),
        _ => $"({string.Join(
            ',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => DrawType(random, depth + 1)))})",
    };

    private static AbiValue DrawValue(Random random, AbiType type, int depth) => type.Kind switch
    {
        AbiKind.UInt => new AbiValue.Number(DrawNumber(random, type.Size, isSigned: false)),
        AbiKind.Int => new AbiValue.Number(DrawNumber(random, type.Size, isSigned: true)),
        AbiKind.Address => new AbiValue.Account(new Address(DrawBytes(random, Address.Size))),
        AbiKind.Bool => new AbiValue.Boolean(random.Next(2) == 0),
        AbiKind.FixedBytes => new AbiValue.Blob(DrawBytes(random, type.Size)),
        AbiKind.Bytes => new AbiValue.Blob(Property.Bytes(random, 70)),
        AbiKind.String => new AbiValue.Text(string.Concat(Enumerable.Repeat("aé中🚀", random.Next(9)))),
        AbiKind.Array => new AbiValue.Sequence(
            [.. Enumerable.Range(0, type.Length < 0 ? random.Next(4) : type.Length)
                .Select(_ => DrawValue(random, type.Element!, depth + 1))]),
        _ => new AbiValue.Sequence(
            [.. type.Components.Select(member => DrawValue(random, member, depth + 1))]),
    };

    private static BigInteger DrawNumber(Random random, int bits, bool isSigned)
    {
        BigInteger range = BigInteger.One << bits;
        BigInteger number = random.Next(4) switch
        {
            0 => 0,
            1 => range - 1,
            2 => range >> 1,
            _ => new BigInteger(DrawBytes(random, bits / 8), isUnsigned: true),
        };
        return isSigned ? number - (range >> 1) : number;
    }

    private static byte[] DrawBytes(Random random, int size)
    {
        byte[] bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }
}
