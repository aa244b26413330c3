using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using Xunit.Abstractions;

namespace Conet.Routing.Tests.Chain;

/// <summary>Every case of the ethers.js vectors that our chain client has to agree with.</summary>
public sealed class EthereumVectorTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void Rlp_encodes_and_decodes_as_the_vectors_say() => ForEach("rlp.json", vector =>
    {
        byte[] encoded = vector.Bytes("encoded");
        RlpWriter writer = new();
        WriteRlp(writer, vector.GetProperty("decoded"));
        Assert.Equal(encoded, writer.ToArray());
        RlpReader reader = new(encoded);
        AssertRlp(ref reader, vector.GetProperty("decoded"));
        Assert.True(reader.TryFinish());
        Assert.True(RlpReader.TryValidate(encoded, out _));
        return 1;
    });

    [SkippableFact]
    public void Abi_values_encode_and_decode_as_solc_does() => ForEach("abi.json", vector =>
    {
        AbiType type = AbiType.Parse(vector.Text("type"));
        AbiType parameters = AbiType.TupleOf(type);
        byte[] encoded = vector.Bytes("encoded");
        AbiValue value = VectorValues.ReadAbi(type, vector.GetProperty("verbose"));
        Assert.Equal(encoded, AbiEncoder.Encode(parameters, [value]));
        Assert.True(
            AbiDecoder.TryDecode(parameters, encoded, out AbiValue[]? decoded, out AbiError error),
            $"{error}");
        VectorValues.AssertSame(value, Assert.Single(decoded!));
        return 1;
    });

    [SkippableFact]
    public void Typed_data_has_the_encoding_and_the_digest_of_EIP_712() =>
        ForEach("typed-data.json", vector =>
    {
        Dictionary<string, IReadOnlyList<TypedDataField>> types =
            vector.GetProperty("types").EnumerateObject()
            .ToDictionary(
                type => type.Name,
                type => (IReadOnlyList<TypedDataField>)[.. type.Value.EnumerateArray()
                    .Select(field => new TypedDataField(field.Text("type"), field.Text("name")))]);
        Assert.True(TypedDataSchema.TryCreate(types, out TypedDataSchema? schema));
        string primary = vector.Text("primaryType");
        AbiValue.Sequence value = VectorValues.ReadStruct(types, primary, vector.GetProperty("data"));
        Assert.Equal(vector.Bytes("encoded"), schema.Encode(primary, value));
        Bytes32 digest = TypedDataSchema.Digest(
            ReadDomain(vector.GetProperty("domain")).Separator(), schema.HashStruct(primary, value));
        Assert.Equal(vector.Text("digest"), digest.ToString());
        if (!vector.TryGetProperty("signature", out JsonElement signature))
            return 1;
        Assert.True(Wallet.TryImport(vector.Bytes("privateKey"), out Wallet? wallet));
        byte[] signed = new byte[Wallet.SignatureSize];
        wallet!.Sign(digest.ToArray(), signed);
        Assert.Equal(signature.GetString(), HexText.Format(signed));
        return 1;
    });

    [SkippableFact]
    public void Transactions_of_all_four_kinds_have_the_bytes_hashes_and_signatures_of_the_vectors() =>
        ForEach("transaction.json", vector =>
        {
            Transaction given = ReadTransaction(vector.GetProperty("transaction"));
            bool namesChain = vector.GetProperty("transaction").TryGetProperty("chainId", out _);
            Assert.True(Wallet.TryImport(vector.Bytes("privateKey"), out Wallet? wallet));
            foreach ((TransactionKind kind, string name) in Kinds)
            {
                // Where a vector names no chain, ethers takes 0 for EIP-155 and main net for the typed kinds.
                bool isTyped = kind is TransactionKind.Eip2930 or TransactionKind.Eip1559;
                Transaction transaction = isTyped && !namesChain ? given with { ChainId = 1 } : given;
                byte[] unsigned = vector.Bytes("unsigned" + name), signed = vector.Bytes("signed" + name);
                Assert.Equal(unsigned, transaction.SerializeUnsigned(kind));
                Assert.Equal(MerklePatricia.Hash(unsigned), transaction.SigningHash(kind));
                Assert.Equal(signed, transaction.Sign(kind, wallet!));
                AssertSigner(wallet!.Address, transaction.SigningHash(kind), signed, kind);
            }

            return 2 * Kinds.Length;
        });

    [SkippableFact]
    public void Create_addresses_follow_from_sender_and_nonce() => ForEach("create.json", vector =>
    {
        Address sender = ReadAddress(vector.Text("sender"));
        JsonElement[] creates = [.. vector.GetProperty("creates").EnumerateArray()];
        foreach (JsonElement create in creates)
        {
            Address address = ContractAddress.Create(sender, create.GetProperty("nonce").GetUInt64());
            Assert.Equal(create.Text("address"), address.ToString());
        }

        return creates.Length;
    });

    [SkippableFact]
    public void Create2_addresses_follow_from_sender_salt_and_code() => ForEach("create2.json", vector =>
    {
        Address sender = ReadAddress(vector.Text("sender"));
        JsonElement[] creates = [.. vector.GetProperty("creates").EnumerateArray()];
        foreach (JsonElement create in creates)
        {
            Bytes32 codeHash = MerklePatricia.Hash(create.Bytes("initCode"));
            Assert.Equal(create.Text("initCodeHash"), codeHash.ToString());
            Assert.True(Bytes32.TryParseHex(create.Text("salt"), out Bytes32 salt));
            Assert.Equal(create.Text("address"), ContractAddress.Create2(sender, salt, codeHash).ToString());
        }

        return creates.Length;
    });

    [SkippableFact]
    public void Keccak_hashes_are_those_of_the_vectors() => ForEach("hashes.json", vector =>
    {
        Assert.Equal(vector.Text("keccak256"), MerklePatricia.Hash(vector.Bytes("data")).ToString());
        return 1;
    });

    private static (TransactionKind Kind, string Name)[] Kinds =>
    [
        (TransactionKind.Legacy, "Legacy"), (TransactionKind.Eip155, "Eip155"),
        (TransactionKind.Eip2930, "Berlin"), (TransactionKind.Eip1559, "London"),
    ];

    // Runs all cases, so that a failure tells how many fail and which.
    private void ForEach(string file, Func<JsonElement, int> check)
    {
        JsonElement[] vectors = Vectors.Read(file);
        List<string> failures = [];
        int cases = 0;
        foreach (JsonElement vector in vectors)
        {
            try
            {
                cases += check(vector);
            }
            catch (Exception e)
            {
                string name = vector.TryGetProperty("name", out JsonElement text)
                    ? text.GetString()!
                    : "unnamed";
                failures.Add($"{name}: {e.Message}");
            }
        }

        output.WriteLine(
            $"vectors: ethereum {file}: {vectors.Length} vectors, "
            + $"{cases} checks, none left out");
        Assert.True(
            failures.Count == 0, $"{failures.Count} of {vectors.Length}; first: {failures.FirstOrDefault()}");
    }

    private static void WriteRlp(RlpWriter writer, JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Array)
        {
            writer.WriteBytes(Vectors.Bytes(item.GetString()!));
            return;
        }

        int list = writer.BeginList();
        foreach (JsonElement member in item.EnumerateArray())
            WriteRlp(writer, member);
        writer.EndList(list);
    }

    private static void AssertRlp(ref RlpReader reader, JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Array)
        {
            Assert.False(reader.IsListNext);
            Assert.True(reader.TryReadBytes(out ReadOnlySpan<byte> bytes));
            Assert.Equal(Vectors.Bytes(item.GetString()!), bytes.ToArray());
            return;
        }

        Assert.True(reader.TryReadList(out RlpReader items));
        foreach (JsonElement member in item.EnumerateArray())
            AssertRlp(ref items, member);
        Assert.True(items.TryFinish());
    }

    private static Transaction ReadTransaction(JsonElement json) => new()
    {
        ChainId = Number(json, "chainId"),
        Nonce = json.TryGetProperty("nonce", out JsonElement nonce) ? nonce.GetUInt64() : 0,
        GasLimit = Number(json, "gasLimit"),
        GasPrice = Number(json, "gasPrice"),
        MaxFeePerGas = Number(json, "maxFeePerGas"),
        MaxPriorityFeePerGas = Number(json, "maxPriorityFeePerGas"),
        To = json.TryGetProperty("to", out JsonElement to) ? ReadAddress(to.GetString()!) : null,
        Value = Number(json, "value"),
        Data = json.TryGetProperty("data", out _) ? json.Bytes("data") : default,
        AccessList = json.TryGetProperty("accessList", out JsonElement list) ? ReadAccessList(list) : [],
    };

    private static AccessListEntry[] ReadAccessList(JsonElement list) =>
    [
        .. list.EnumerateArray().Select(entry => new AccessListEntry(
            ReadAddress(entry.Text("address")),
            [.. entry.GetProperty("storageKeys").EnumerateArray()
                .Select(key => new Bytes32(Vectors.Bytes(key.GetString()!)))])),
    ];

    private static UInt256 Number(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out JsonElement value))
            return default;
        string digits = value.GetString()![2..];
        BigInteger number = BigInteger.Parse(
            "0" + digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.True(UInt256.TryFromBigInteger(number, out UInt256 wide));
        return wide;
    }

    private static Address ReadAddress(string text)
    {
        Assert.True(Address.TryParseHex(text, out Address address));
        return address;
    }

    private static TypedDataDomain ReadDomain(JsonElement json) => new(
        json.TryGetProperty("name", out JsonElement name) ? name.GetString() : null,
        json.TryGetProperty("version", out JsonElement version) ? version.GetString() : null,
        json.TryGetProperty("chainId", out JsonElement chain) ? (UInt256)chain.GetUInt64() : null,
        json.TryGetProperty("verifyingContract", out JsonElement contract)
            ? ReadAddress(contract.GetString()!)
            : null,
        json.TryGetProperty(
            "salt", out JsonElement salt) ? new Bytes32(Vectors.Bytes(salt.GetString()!)) : null);

    // What a node does with the bytes: the signature at the end names the sender.
    private static void AssertSigner(Address expected, Bytes32 hash, byte[] signed, TransactionKind kind)
    {
        bool isTyped = kind is TransactionKind.Eip2930 or TransactionKind.Eip1559;
        RlpReader outer = new(signed.AsSpan(isTyped ? 1 : 0));
        Assert.True(outer.TryReadList(out RlpReader fields) && outer.TryFinish());
        int skipped = kind switch { TransactionKind.Eip1559 => 9, TransactionKind.Eip2930 => 8, _ => 6 };
        for (int i = 0; i < skipped; i++)
            Assert.True(fields.TryReadRaw(out _));
        Assert.True(fields.TryReadUInt256(out UInt256 v));
        Assert.True(fields.TryReadUInt256(out UInt256 r));
        Assert.True(fields.TryReadUInt256(out UInt256 s));
        Assert.True(fields.TryFinish());
        byte[] signature = new byte[Wallet.SignatureSize];
        r.WriteBigEndian(signature);
        s.WriteBigEndian(signature.AsSpan(32));
        bool isOdd = !v.ToBigInteger().IsEven; // 0, 1 of the typed kinds; 27, 28 and 35, 36 of the others
        signature[64] = (byte)(isTyped == isOdd ? 28 : 27);
        Assert.True(Wallet.TryRecover(hash.ToArray(), signature, out Address signer));
        Assert.Equal(expected, signer);
    }
}
