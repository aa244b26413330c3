using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Tests.Anvil;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Thin;

/// <summary>Sets the routes of many wallets, whose keys are always the same, on an anvil chain.</summary>
internal static class ManyRoutes
{
    private const int PerBlock = 200;
    private const ulong LifetimeSeconds = 30 * 86_400;

    /// <summary>Sets them and mines; gives their addresses in order of their numbers.</summary>
    public static async Task<Address[]> SetAsync(
        AnvilProcess anvil, TestRegistries registries, int count, uint epoch = 1)
    {
        ulong expires = (await anvil.HeadAsync()).TimestampSeconds + LifetimeSeconds;
        List<Address> wallets = [];
        foreach (int[] batch in Enumerable.Range(0, count).Chunk(PerBlock))
        {
            await Task.WhenAll(batch.Select(number => SetOneAsync(registries, number, expires, epoch)));
            await anvil.MineAsync();
            wallets.AddRange(batch.Select(AddressOf));
        }

        return [.. wallets];
    }

    /// <summary>The wallet of a number; the caller disposes it.</summary>
    public static Wallet WalletOf(int number)
    {
        byte[] secret = SHA256.HashData([.. "conet thin test"u8, .. BitConverter.GetBytes(number)]);
        return Wallet.TryImport(secret, out Wallet? wallet) ? wallet! : throw new InvalidOperationException();
    }

    private static Address AddressOf(int number)
    {
        using Wallet wallet = WalletOf(number);
        return wallet.Address;
    }

    private static async Task SetOneAsync(TestRegistries registries, int number, ulong expires, uint epoch)
    {
        using Wallet wallet = WalletOf(number);
        Bytes32 prekey = new(
            SHA256.HashData([.. BitConverter.GetBytes(number), .. BitConverter.GetBytes(epoch)]));
        PackedRoute.TryCreate(
            new NodeId(1), new NodeId(2), default, PackedRoute.SuitePlain, epoch, expires, 0,
            out PackedRoute route, out _);
        await registries.SetAsync(wallet, prekey, route);
    }
}
