using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;
using Conet.Wire.Tests.Golden;

namespace Conet.Routing.Tests.Golden;

/// <summary>
/// A route of routes.json; wallet and prekey are drawn from the seed under "wallet" and "prekey".
/// </summary>
internal sealed record GoldenRoute(string Name, uint SeedValue, uint[] Homes)
{
    private static readonly byte[] _registry = new GoldenSeed(0x5F).Draw("registry", Address.Size);

    public ulong ChainId { get; init; } = 31337;

    public uint Epoch { get; init; } = 1;

    public ulong Expiry { get; init; } = 1_900_000_000;

    public ushort Flags { get; init; }

    public static Address Registry => new(_registry);

    public byte[] WalletSecret => new GoldenSeed(SeedValue).Draw("wallet", Wire.Addresses.Wallet.SecretSize);

    public byte[] PrekeySecret => new GoldenSeed(SeedValue).Draw("prekey", SealKey.SecretSize);

    public RouteTypedData TypedData => new(ChainId, Registry);

    public Address Wallet
    {
        get
        {
            using Wallet wallet = Import();
            return wallet.Address;
        }
    }

    public Bytes32 Prekey
    {
        get
        {
            Assert.True(SealKey.TryImport(PrekeySecret, out SealKey? key));
            using (key)
                return new Bytes32(key!.PublicKey);
        }
    }

    public PackedRoute Packed
    {
        get
        {
            Assert.True(PackedRoute.TryCreate(
                Home(0), Home(1), Home(2), PackedRoute.SuitePlain, Epoch, Expiry, Flags,
                out PackedRoute route, out _));
            return route;
        }
    }

    public CompactSignature Signature
    {
        get
        {
            using Wallet wallet = Import();
            return TypedData.SignRoute(wallet, Prekey, Packed);
        }
    }

    public Wallet Import() =>
        Wire.Addresses.Wallet.TryImport(WalletSecret, out Wallet? wallet)
            ? wallet!
            : throw new InvalidOperationException("A drawn secret is out of range.");

    private NodeId Home(int index) => new(index < Homes.Length ? Homes[index] : 0);
}
