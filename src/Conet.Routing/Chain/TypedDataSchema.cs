using System.Diagnostics.CodeAnalysis;
using System.Text;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>A member of an EIP-712 struct: its type text and its name.</summary>
/// <param name="Type">"uint256", "bytes32[2]", "Person[]", ...</param>
/// <param name="Name">Member name.</param>
public readonly record struct TypedDataField(string Type, string Name);

/// <summary>
/// A set of EIP-712 struct types with their type hashes, and the hashing of values by them. Values are
/// <see cref="AbiValue"/>s; a struct is a sequence of its members in declared order. Immutable, thread-safe.
/// </summary>
public sealed class TypedDataSchema
{
    private readonly Dictionary<string, StructType> _structs = new(StringComparer.Ordinal);

    private TypedDataSchema()
    {
    }

    /// <summary>
    /// Checks and compiles the types: every referenced struct exists, names are identifiers,
    /// and every other type is an ABI type.
    /// </summary>
    public static bool TryCreate(
        IReadOnlyDictionary<string, IReadOnlyList<TypedDataField>> types,
        [NotNullWhen(true)] out TypedDataSchema? schema)
    {
        ArgumentNullException.ThrowIfNull(types);
        schema = null;
        if (types.Count is 0 or > ChainLimits.TypedDataTypesMax) return false;
        TypedDataSchema built = new();
        foreach ((string name, IReadOnlyList<TypedDataField> fields) in types)
        {
            if (!IsIdentifier(name)) return false;
            built._structs[name] = new StructType(name, fields);
        }
        foreach (StructType type in built._structs.Values)
        {
            if (!built.TryCompile(type)) return false;
        }
        foreach (StructType type in built._structs.Values)
        {
            type.Encoding = built.EncodeType(type);
            type.TypeHash = AbiSignature.Hash(type.Encoding);
        }
        schema = built;
        return true;
    }

    /// <summary>
    /// encodeType of a struct: its members, then the structs it uses in alphabetical order.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is no such struct.</exception>
    public string EncodeType(string structName) => _structs[structName].Encoding;

    /// <summary>typeHash of a struct.</summary>
    /// <exception cref="KeyNotFoundException">There is no such struct.</exception>
    public Bytes32 TypeHash(string structName) => _structs[structName].TypeHash;

    /// <summary>encodeData with the type hash in front: the bytes whose Keccak-256 is hashStruct.</summary>
    /// <exception cref="KeyNotFoundException">There is no such struct.</exception>
    /// <exception cref="ArgumentException">The value does not fit the types.</exception>
    public byte[] Encode(string structName, AbiValue.Sequence value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Encode(_structs[structName], value, 0);
    }

    /// <summary>hashStruct of a value.</summary>
    /// <exception cref="KeyNotFoundException">There is no such struct.</exception>
    /// <exception cref="ArgumentException">The value does not fit the types.</exception>
    public Bytes32 HashStruct(string structName, AbiValue.Sequence value) =>
        MerklePatricia.Hash(Encode(structName, value));

    /// <summary>The digest that is signed: Keccak-256 of 0x1901, domain separator and hashStruct.</summary>
    public static Bytes32 Digest(in Bytes32 domainSeparator, in Bytes32 structHash)
    {
        Span<byte> preimage = stackalloc byte[2 + 2 * Bytes32.Size];
        preimage[0] = 0x19;
        preimage[1] = 0x01;
        domainSeparator.CopyTo(preimage[2..]);
        structHash.CopyTo(preimage[(2 + Bytes32.Size)..]);
        return MerklePatricia.Hash(preimage);
    }

    private byte[] Encode(StructType type, AbiValue.Sequence value, int depth)
    {
        if (value.Items.Length != type.Members.Count || depth > ChainLimits.AbiDepthMax)
            throw new ArgumentException(
                "The value does not have the members of " + type.Name + ".", nameof(value));
        byte[] data = new byte[AbiType.WordSize * (1 + value.Items.Length)];
        type.TypeHash.CopyTo(data);
        for (int i = 0; i < value.Items.Length; i++)
        {
            Span<byte> word = data.AsSpan(AbiType.WordSize * (1 + i), AbiType.WordSize);
            WriteMember(type.Members[i], 0, value.Items[i], word, depth);
        }
        return data;
    }

    // Array dimensions are peeled from the last one; what is left is a struct or an atomic type.
    private void WriteMember(Member member, int peeled, AbiValue value, Span<byte> word, int depth)
    {
        if (peeled < member.Lengths.Length)
        {
            int length = member.Lengths[member.Lengths.Length - 1 - peeled];
            if (value is not AbiValue.Sequence array || (length >= 0 && array.Items.Length != length))
                throw new ArgumentException("The value does not fit an array of " + member.Base + ".");
            byte[] words = new byte[AbiType.WordSize * array.Items.Length];
            for (int i = 0; i < array.Items.Length; i++)
            {
                Span<byte> item = words.AsSpan(AbiType.WordSize * i, AbiType.WordSize);
                WriteMember(member, peeled + 1, array.Items[i], item, depth);
            }
            Keccak256.Hash(words, word);
            return;
        }
        switch (member.Atomic?.Kind, value)
        {
            case (null, AbiValue.Sequence inner):
                Keccak256.Hash(Encode(_structs[member.Base], inner, depth + 1), word);
                break;
            case (AbiKind.Bytes, AbiValue.Blob blob):
                Keccak256.Hash(blob.Value, word);
                break;
            case (AbiKind.String, AbiValue.Text text):
                Keccak256.Hash(Encoding.UTF8.GetBytes(text.Value), word);
                break;
            case (not null, _):
                AbiEncoder.WriteWord(member.Atomic, value, word);
                break;
            default:
                throw new ArgumentException("The value is not a " + member.Base + ".");
        }
    }

    private bool TryCompile(StructType type)
    {
        foreach (TypedDataField field in type.Fields)
        {
            int bracket = field.Type.IndexOf('[');
            string name = bracket < 0 ? field.Type : field.Type[..bracket];
            AbiType? atomic = null;
            if (!IsIdentifier(field.Name)) return false;
            // EIP-712 has no tuples without a name and no aliases such as "uint".
            bool isStruct = _structs.ContainsKey(name);
            if (!isStruct && (!AbiType.TryParse(name, out atomic) || atomic.Kind == AbiKind.Tuple))
                return false;
            if (!isStruct && atomic!.ToString() != name) return false;
            // The array part alone is checked as that of an ABI array.
            string suffix = bracket < 0 ? "" : field.Type[bracket..];
            if (!AbiType.TryParse("uint8" + suffix, out AbiType? shape)) return false;
            List<int> lengths = [];
            for (AbiType at = shape; at.Element is not null; at = at.Element) lengths.Insert(0, at.Length);
            type.Members.Add(new Member(name, atomic, [.. lengths]));
        }
        return true;
    }

    private string EncodeType(StructType type)
    {
        SortedSet<string> used = new(StringComparer.Ordinal);
        Stack<StructType> open = new([type]);
        while (open.TryPop(out StructType? next))
        {
            foreach (Member member in next.Members)
            {
                if (member.Atomic is null && member.Base != type.Name && used.Add(member.Base))
                    open.Push(_structs[member.Base]);
            }
        }
        return type.Declaration + string.Concat(used.Select(name => _structs[name].Declaration));
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$');

    private sealed record Member(string Base, AbiType? Atomic, int[] Lengths);

    private sealed class StructType(string name, IReadOnlyList<TypedDataField> fields)
    {
        public string Name => name;

        public IReadOnlyList<TypedDataField> Fields => fields;

        public List<Member> Members { get; } = [];

        public string Declaration => $"{name}({string.Join(',', fields.Select(f => f.Type + " " + f.Name))})";

        public string Encoding { get; set; } = "";

        public Bytes32 TypeHash { get; set; }
    }
}
