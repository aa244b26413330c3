using System.Text;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>The domain of EIP-712 typed data. Members that are null take no part in it.</summary>
/// <param name="Name">Name of the signing domain.</param>
/// <param name="Version">Version of the signing domain.</param>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="VerifyingContract">Contract that verifies the signature.</param>
/// <param name="Salt">Salt of last resort.</param>
public sealed record TypedDataDomain(
    string? Name = null,
    string? Version = null,
    UInt256? ChainId = null,
    Address? VerifyingContract = null,
    Bytes32? Salt = null)
{
    private const int Word = AbiType.WordSize, WordsMax = 6;

    /// <summary>The domain separator: hashStruct of the members that are present.</summary>
    public Bytes32 Separator()
    {
        List<string> fields = [];
        byte[] data = new byte[WordsMax * Word];
        int at = Word;
        if (Name is not null) AddText("string name", Name);
        if (Version is not null) AddText("string version", Version);
        if (ChainId is { } chainId)
        {
            chainId.WriteBigEndian(Add("uint256 chainId"));
        }
        if (VerifyingContract is { } contract)
        {
            contract.CopyTo(Add("address verifyingContract")[(Word - Address.Size)..]);
        }
        if (Salt is { } salt)
        {
            salt.CopyTo(Add("bytes32 salt"));
        }
        AbiSignature.Hash($"EIP712Domain({string.Join(',', fields)})").CopyTo(data);
        return MerklePatricia.Hash(data.AsSpan(0, at));

        Span<byte> Add(string field)
        {
            fields.Add(field);
            Span<byte> word = data.AsSpan(at, Word);
            at += Word;
            return word;
        }

        void AddText(string field, string text) => Keccak256.Hash(Encoding.UTF8.GetBytes(text), Add(field));
    }
}
