using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>Where a contract will be, before it is created.</summary>
public static class ContractAddress
{
    /// <summary>CREATE: by the sender's nonce.</summary>
    public static Address Create(in Address sender, ulong nonce)
    {
        RlpWriter writer = new(64);
        int list = writer.BeginList();
        writer.WriteAddress(sender);
        writer.WriteUInt64(nonce);
        writer.EndList(list);
        return Last20(writer.Written);
    }

    /// <summary>CREATE2 (EIP-1014): by salt and the hash of the creation code.</summary>
    public static Address Create2(in Address sender, in Bytes32 salt, in Bytes32 initCodeHash)
    {
        const int saltOffset = 1 + Address.Size, hashOffset = saltOffset + Bytes32.Size;
        Span<byte> preimage = stackalloc byte[hashOffset + Bytes32.Size];
        preimage[0] = 0xff;
        sender.CopyTo(preimage[1..]);
        salt.CopyTo(preimage[saltOffset..]);
        initCodeHash.CopyTo(preimage[hashOffset..]);
        return Last20(preimage);
    }

    private static Address Last20(ReadOnlySpan<byte> preimage)
    {
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(preimage, hash);
        return new Address(hash[(Keccak256.Size - Address.Size)..]);
    }
}
