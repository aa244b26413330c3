using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>An entry of an EIP-2930 access list.</summary>
/// <param name="Address">Account that will be touched.</param>
/// <param name="StorageKeys">Slots of it that will be touched.</param>
public readonly record struct AccessListEntry(Address Address, IReadOnlyList<Bytes32> StorageKeys);

/// <summary>
/// A transaction before it is signed. Which fields count depends on the <see cref="TransactionKind"/>.
/// </summary>
public sealed record Transaction
{
    /// <summary>Chain id; not part of a legacy transaction.</summary>
    public UInt256 ChainId { get; init; }

    /// <summary>Transactions sent before by this account.</summary>
    public ulong Nonce { get; init; }

    /// <summary>Most gas that may be used.</summary>
    public UInt256 GasLimit { get; init; }

    /// <summary>Wei per gas; for all kinds but EIP-1559.</summary>
    public UInt256 GasPrice { get; init; }

    /// <summary>Most wei per gas in all; EIP-1559.</summary>
    public UInt256 MaxFeePerGas { get; init; }

    /// <summary>Most wei per gas for the proposer; EIP-1559.</summary>
    public UInt256 MaxPriorityFeePerGas { get; init; }

    /// <summary>Recipient; null creates a contract.</summary>
    public Address? To { get; init; }

    /// <summary>Wei sent along.</summary>
    public UInt256 Value { get; init; }

    /// <summary>Call data or creation code.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Access list; EIP-2930 and EIP-1559.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    private const int SignatureFull = 65, SOffset = 32, VOffset = 64;

    /// <summary>The bytes whose Keccak-256 is signed.</summary>
    public byte[] SerializeUnsigned(TransactionKind kind) => Serialize(kind, []);

    /// <summary>Keccak-256 of the unsigned serialisation.</summary>
    public Bytes32 SigningHash(TransactionKind kind) => MerklePatricia.Hash(SerializeUnsigned(kind));

    /// <summary>
    /// Signs, and serialises for eth_sendRawTransaction. Its Keccak-256 is the transaction hash.
    /// </summary>
    public byte[] Sign(TransactionKind kind, Wallet wallet)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        Span<byte> signature = stackalloc byte[SignatureFull];
        SigningHash(kind).CopyTo(digest);
        wallet.Sign(digest, signature);
        return Serialize(kind, signature);
    }

    private byte[] Serialize(TransactionKind kind, ReadOnlySpan<byte> signature)
    {
        RlpWriter writer = new(256 + Data.Length);
        if (kind == TransactionKind.Eip2930) writer.WriteRaw([1]);
        if (kind == TransactionKind.Eip1559) writer.WriteRaw([2]);
        bool isTyped = kind is TransactionKind.Eip2930 or TransactionKind.Eip1559;
        int list = writer.BeginList();
        if (isTyped) writer.WriteUInt256(ChainId);
        writer.WriteUInt64(Nonce);
        if (kind == TransactionKind.Eip1559)
        {
            writer.WriteUInt256(MaxPriorityFeePerGas);
            writer.WriteUInt256(MaxFeePerGas);
        }
        else
        {
            writer.WriteUInt256(GasPrice);
        }
        writer.WriteUInt256(GasLimit);
        if (To is { } to) writer.WriteAddress(to);
        else writer.WriteBytes([]);
        writer.WriteUInt256(Value);
        writer.WriteBytes(Data.Span);
        if (isTyped) WriteAccessList(writer);
        WriteSignature(writer, kind, signature);
        writer.EndList(list);
        return writer.ToArray();
    }

    private void WriteSignature(RlpWriter writer, TransactionKind kind, ReadOnlySpan<byte> signature)
    {
        if (signature.IsEmpty)
        {
            if (kind != TransactionKind.Eip155) return;
            // No chain has id 0. EIP-155 does not say how to write it; ethers.js writes
            // a zero byte, and so do we.
            if (ChainId.IsZero) writer.WriteBytes([0]);
            else writer.WriteUInt256(ChainId);
            writer.WriteUInt64(0);
            writer.WriteUInt64(0);
            return;
        }
        int recovery = signature[VOffset] - 27;
        switch (kind)
        {
            case TransactionKind.Legacy:
                writer.WriteUInt64((ulong)(27 + recovery));
                break;
            case TransactionKind.Eip155:
                if (!UInt256.TryFromBigInteger(ChainId.ToBigInteger() * 2 + 35 + recovery, out UInt256 v))
                    throw new InvalidOperationException("The chain id is too large for EIP-155.");
                writer.WriteUInt256(v);
                break;
            default:
                writer.WriteUInt64((ulong)recovery);
                break;
        }
        writer.WriteUInt256(UInt256.FromBigEndian(signature[..SOffset]));
        writer.WriteUInt256(UInt256.FromBigEndian(signature[SOffset..VOffset]));
    }

    private void WriteAccessList(RlpWriter writer)
    {
        int list = writer.BeginList();
        foreach (AccessListEntry entry in AccessList)
        {
            int item = writer.BeginList();
            writer.WriteAddress(entry.Address);
            int keys = writer.BeginList();
            foreach (Bytes32 key in entry.StorageKeys) writer.WriteBytes32(key);
            writer.EndList(keys);
            writer.EndList(item);
        }
        writer.EndList(list);
    }
}
