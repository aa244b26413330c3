using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Chain;

/// <summary>Values of the vector files as <see cref="AbiValue"/>s.</summary>
internal static class VectorValues
{
    /// <summary>A value in the "verbose" form of abi.json: { type, value } all the way down.</summary>
    public static AbiValue ReadAbi(AbiType type, JsonElement json)
    {
        JsonElement value = json.GetProperty("value");
        return type.Kind switch
        {
            AbiKind.Tuple => new AbiValue.Sequence(
                [.. value.EnumerateArray().Select((item, i) => ReadAbi(type.Components[i], item))]),
            AbiKind.Array => new AbiValue.Sequence(
                [.. value.EnumerateArray().Select(item => ReadAbi(type.Element!, item))]),
            _ => ReadAtom(type, value),
        };
    }

    /// <summary>A value of typed-data.json: plain JSON beside the types of its members.</summary>
    public static AbiValue.Sequence ReadStruct(
        Dictionary<string, IReadOnlyList<TypedDataField>> types, string name, JsonElement json) =>
        new([.. types[name].Select(field => ReadMember(types, field.Type, json.GetProperty(field.Name)))]);

    public static void AssertSame(AbiValue expected, AbiValue actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        switch (expected, actual)
        {
            case (AbiValue.Sequence left, AbiValue.Sequence right):
                Assert.Equal(left.Items.Length, right.Items.Length);
                for (int i = 0; i < left.Items.Length; i++)
                    AssertSame(left.Items[i], right.Items[i]);
                break;
            case (AbiValue.Blob left, AbiValue.Blob right):
                Assert.Equal(left.Value, right.Value);
                break;
            case (AbiValue.Number left, AbiValue.Number right):
                Assert.Equal(left.Value, right.Value);
                break;
            case (AbiValue.Account left, AbiValue.Account right):
                Assert.Equal(left.Value, right.Value);
                break;
            case (AbiValue.Boolean left, AbiValue.Boolean right):
                Assert.Equal(left.Value, right.Value);
                break;
            case (AbiValue.Text left, AbiValue.Text right):
                Assert.Equal(left.Value, right.Value);
                break;
        }
    }

    private static AbiValue ReadMember(
        Dictionary<string, IReadOnlyList<TypedDataField>> types, string type, JsonElement json)
    {
        if (type.EndsWith(']'))
        {
            string element = type[..type.LastIndexOf('[')];
            return new AbiValue.Sequence(
                [.. json.EnumerateArray().Select(item => ReadMember(types, element, item))]);
        }

        return types.ContainsKey(type) ? ReadStruct(types, type, json) : ReadAtom(AbiType.Parse(type), json);
    }

    private static AbiValue ReadAtom(AbiType type, JsonElement json) => type.Kind switch
    {
        AbiKind.UInt or AbiKind.Int => new AbiValue.Number(ReadNumber(json)),
        AbiKind.Bool => new AbiValue.Boolean(json.GetBoolean()),
        AbiKind.Address => new AbiValue.Account(new Address(Vectors.Bytes(json.GetString()!))),
        AbiKind.String => new AbiValue.Text(json.GetString()!),
        _ => new AbiValue.Blob(Vectors.Bytes(json.GetString()!)),
    };

    private static BigInteger ReadNumber(JsonElement json)
    {
        string text = json.ValueKind == JsonValueKind.Number ? json.GetRawText() : json.GetString()!;
        return text.StartsWith("0x", StringComparison.Ordinal)
            ? BigInteger.Parse("0" + text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : BigInteger.Parse(text, CultureInfo.InvariantCulture);
    }
}
