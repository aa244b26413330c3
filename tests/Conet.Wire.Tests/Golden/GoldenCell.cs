using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>How the destination of a golden cell was made; the names are those of the JSON files.</summary>
internal enum GoldenTarget
{
    Wallet,
    Home,
    Alias,
    Node,
    Return,
}

/// <summary>
/// What a golden cell says and to whom. Everything that is not given here is drawn from the seed: "sender",
/// "wallet" and "recipient" (secrets), "ephemeral" (ikmE), "alias", "return", "msgId", "flags".
/// </summary>
internal sealed record GoldenCell(string Name, uint SeedValue, BodyKind Kind, byte[] Body)
{
    public const ulong Now = 1_800_000_000_000;
    public const uint HomeNode = 7;

    public static readonly NetworkId DevelopmentNetwork = new(31337, NetworkAddress(0x5F));
    public static readonly NetworkId MainNetwork = new(1, NetworkAddress(0xC0));

    public NetworkId Network { get; init; } = DevelopmentNetwork;

    public GoldenTarget Target { get; init; } = GoldenTarget.Wallet;

    public bool IsSigned { get; init; }

    /// <summary>True to sign for the wallet behind an alias.</summary>
    public bool IsSignedToWallet { get; init; }

    public ulong IssuedMs { get; init; } = Now;

    public uint TtlSec { get; init; } = 600;

    public ushort? Flags { get; init; }

    public byte[]? FixedMessageId { get; init; }

    public GoldenSeed Seed => new(SeedValue);

    public byte[] SenderSecret => Seed.Draw("sender", Wallet.SecretSize);

    public byte[] RecipientSecret => Seed.Draw("recipient", SealKey.SecretSize);

    public byte[] EphemeralKeyMaterial => Seed.Draw("ephemeral", SealKey.SecretSize);

    public byte[] AliasSecret => Seed.Draw("alias", NodeAddress.SecretSize);

    public byte[] WalletSecret => Seed.Draw("wallet", Wallet.SecretSize);

    public Address WalletAddress => AddressOf(WalletSecret);

    public byte[] MessageIdBytes => FixedMessageId ?? Seed.Draw("msgId", MessageId.Size);

    public ushort FlagBits => Flags ?? (ushort)((Seed.Draw("flags", 2)[0] << 8) | Seed.Draw("flags", 2)[1]);

    public Address Destination => Target switch
    {
        GoldenTarget.Wallet => WalletAddress,
        GoldenTarget.Home => NodeAddress.Home(new NodeId(HomeNode), WalletAddress),
        GoldenTarget.Alias => NodeAddress.Alias(new NodeId(HomeNode), AliasSecret),
        GoldenTarget.Node => NodeAddress.Own(new NodeId(HomeNode)),
        _ => Under(HomeNode, Seed.Draw("return", 16)),
    };

    public Address To => Target is GoldenTarget.Wallet or GoldenTarget.Home || IsSignedToWallet
        ? WalletAddress
        : Destination;

    public EnvelopeDraft Draft => DraftTo(To);

    public EnvelopeDraft DraftTo(Address to) => new()
    {
        Kind = Kind,
        IssuedMs = IssuedMs,
        TtlSec = TtlSec,
        MessageId = new MessageId(MessageIdBytes),
        To = to,
        Body = Body,
        Flags = FlagBits,
    };

    public static Wallet Import(byte[] secret) =>
        Wallet.TryImport(secret, out Wallet? wallet)
            ? wallet!
            : throw new InvalidOperationException("A drawn secret is out of range.");

    public static Address AddressOf(byte[] secret)
    {
        using Wallet wallet = Import(secret);
        return wallet.Address;
    }

    public static byte[] PublicKeyOf(byte[] secret)
    {
        byte[] key = new byte[SealKey.PublicKeySize];
        Conet.Wire.Native.X25519.GetPublicKey(secret, key);
        return key;
    }

    public static Address Under(uint node, byte[] tail)
    {
        byte[] bytes = new byte[Address.Size];
        NodeAddress.Own(new NodeId(node)).CopyTo(bytes);
        tail.CopyTo(bytes, 4);
        return new Address(bytes);
    }

    private static Address NetworkAddress(byte first) =>
        new([first, .. new GoldenSeed(first).Draw("registry", Address.Size - 1)]);
}
