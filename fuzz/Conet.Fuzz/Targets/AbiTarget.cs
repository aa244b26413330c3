using System.Numerics;
using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>The ABI decoder. The first byte chooses the type, the rest is the data.</summary>
internal sealed class AbiTarget : IFuzzTarget
{
    private static readonly AbiType[] _types =
    [
        AbiType.Parse("(uint256)"),
        AbiType.Parse("(uint8,int16,bool,address,bytes4)"),
        AbiType.Parse("(bytes)"),
        AbiType.Parse("(string,uint64)"),
        AbiType.Parse("(uint32[])"),
        AbiType.Parse("(uint32[3],bytes32[2])"),
        AbiType.Parse("(bytes[],string[2])"),
        AbiType.Parse("((uint256,bytes)[],address)"),
        AbiType.Parse("(uint8[][],(bool,(string,int256)))"),
        AbiType.Parse(RegistryEventTarget.NodeArguments),
    ];

    public string Name => "abi";

    public string Summary => "AbiDecoder for ten types; accepted means encoded again the same";

    public IEnumerable<byte[]> Seeds => Enumerable.Range(0, _types.Length).Select(Sample);

    public IEnumerable<byte[]> Tokens => [.. ((int[])[0, 1, 2, 31, 32, 33, 64, 96, 128, 160]).Select(Word),
        [.. Enumerable.Repeat((byte)0xFF, 32)], [0x80, .. new byte[31]]];

    public bool Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return false;
        AbiType type = _types[input[0] % _types.Length];
        bool accepted = AbiDecoder.TryDecode(type, input[1..], out AbiValue[]? values, out AbiError error);
        Check(accepted == (error == AbiError.None), "accepted with an error, or refused without");
        if (!accepted)
            return false;
        byte[] again = AbiEncoder.Encode(type, values!);
        Check(input[1..].SequenceEqual(again), "what was accepted is not what would be encoded");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        int words = (input.Length - 1) / AbiType.WordSize;
        if (words <= 0)
            return false;
        int at = 1 + (random.Below(words) * AbiType.WordSize);
        switch (random.Below(5))
        {
            case 0: input.Overwrite(at, Word(random.Below(words + 2) * AbiType.WordSize)); break;
            case 1: input.Overwrite(at, Word(random.Below(words + 2))); break;
            case 2: input.Bytes[at + AbiType.WordSize - 1] += (byte)(random.Below(3) - 1); break;
            case 3: input.Remove(at, AbiType.WordSize); break;
            default: input.Insert(at, Word(random.Below(300))); break;
        }

        return true;
    }

    private static byte[] Sample(int index) =>
    [
        (byte)index,
        .. AbiEncoder.Encode(_types[index], ((AbiValue.Sequence)Value(_types[index], 3)).Items),
    ];

    private static AbiValue Value(AbiType type, int size) => type.Kind switch
    {
        AbiKind.UInt => new AbiValue.Number(size),
        AbiKind.Int => new AbiValue.Number(new BigInteger(-size)),
        AbiKind.Address => new AbiValue.Account(Samples.Recipient),
        AbiKind.Bool => new AbiValue.Boolean(size % 2 == 1),
        AbiKind.FixedBytes => new AbiValue.Blob(Samples.Pattern(type.Size, 1)),
        AbiKind.Bytes => new AbiValue.Blob(Samples.Pattern(size * 17, 1)),
        AbiKind.String => new AbiValue.Text("grüße und 漢字"),
        AbiKind.Array => new AbiValue.Sequence(
        [
            .. Enumerable.Range(0, type.Length < 0 ? size : type.Length)
                .Select(_ => Value(type.Element!, size - 1)),
        ]),
        _ => new AbiValue.Sequence([.. type.Components.Select(component => Value(component, size))]),
    };

    private static byte[] Word(int value)
    {
        byte[] word = new byte[AbiType.WordSize];
        ((UInt256)(ulong)value).WriteBigEndian(word);
        return word;
    }
}
