using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Tests.Anvil;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

/// <summary>Changes registries on anvil at random, by a seed, and the chain under them.</summary>
internal sealed class RandomChain
{
    private const int WalletCount = 10;
    private static readonly Address _relayer = Filled(0xB0);

    private readonly AnvilProcess _anvil;
    private readonly Dictionary<string, int> _steps = [];

    public RandomChain(AnvilProcess anvil, TestRegistries registries, int seed)
    {
        _anvil = anvil;
        Registries = registries;
        Random = new Random(seed);
        Wallets = [.. Enumerable.Range(0, WalletCount).Select(_ => DrawWallet())];
    }

    public Random Random { get; }

    /// <summary>Most blocks that a reorganisation replaces.</summary>
    public int DepthMax { get; init; } = 24;

    public TestRegistries Registries { get; }

    public IReadOnlyList<Wallet> Wallets { get; }

    public string Describe() => string.Join(", ", _steps.Select(step => $"{step.Value} x {step.Key}"));

    /// <summary>
    /// One random step. Where it has a middle worth a look, <paramref name="look"/> is called there.
    /// </summary>
    public async Task<string> StepAsync(Func<string, Task> look)
    {
        string step = Random.Next(8) switch
        {
            0 or 1 => await ReorganiseAsync(),
            2 => await GoBackAsync(look),
            3 => await WaitAsync(),
            4 => await MineEmptyAsync(),
            _ => await ChangeAsync(Random.Next(1, 4)),
        };
        _steps[step] = _steps.GetValueOrDefault(step) + 1;
        return step;
    }

    /// <summary>Blocks of random changes.</summary>
    public async Task<string> ChangeAsync(int blocks)
    {
        for (int block = 0; block < blocks; block++)
        {
            for (int i = Random.Next(1, 6); i > 0; i--)
                await ChangeOneAsync();
            await _anvil.MineAsync();
        }

        return "change";
    }

    // The last blocks are replaced by as many empty ones, and more changes come on top.
    private async Task<string> ReorganiseAsync()
    {
        ulong head = (await _anvil.HeadAsync()).Number;
        int depth = (int)Math.Min(head - Registries.Options.StartBlock, (ulong)Random.Next(1, DepthMax + 1));
        if (depth == 0)
            return await ChangeAsync(2);
        await _anvil.CallAsync("anvil_reorg", $"[{depth},[]]");
        if (Random.Next(2) == 0)
            await ChangeAsync(Random.Next(1, 3));
        return "reorganise";
    }

    // The chain becomes shorter, as it does when a provider falls back to an older state.
    private async Task<string> GoBackAsync(Func<string, Task> look)
    {
        string id = await _anvil.CallAsync("evm_snapshot");
        await ChangeAsync(Random.Next(1, 6));
        await look("before going back");
        Assert.Equal("true", await _anvil.CallAsync("evm_revert", $"[{id}]"));
        if (Random.Next(2) == 0)
            await ChangeAsync(1);
        return "go back";
    }

    private async Task<string> WaitAsync()
    {
        await _anvil.CallAsync("evm_increaseTime", $"[{Random.Next(1, 4_000)}]");
        await _anvil.MineAsync();
        return "wait";
    }

    private async Task<string> MineEmptyAsync()
    {
        await _anvil.MineAsync(Random.Next(1, 60));
        return "mine";
    }

    private async Task ChangeOneAsync()
    {
        NodeRecord[] nodes = await Registries.ReadNodesAsync();
        Wallet wallet = Wallets[Random.Next(Wallets.Count)];
        uint id = (uint)Random.Next(1, nodes.Length + 1);
        int kind = nodes.Length == 0 ? 0 : Random.Next(12);
        switch (kind)
        {
            case 0:
                await Registries.RegisterAsync(Filled((byte)Random.Next(1, 4)), DrawInput(1));
                break;
            case 1:
                NodeRecord node = nodes[id - 1];
                await Registries.UpdateAsync(node.Operator, id, DrawInput(node.DescriptorVersion + 1));
                break;
            case 2:
                NodeState state = Random.Next(6) == 0 ? NodeState.Retired : (NodeState)Random.Next(1, 3);
                await Registries.SetStateAsync(nodes[id - 1].Operator, id, state);
                break;
            case 3:
                await Registries.ClearAsync(wallet.Address);
                break;
            case < 7:
                await Registries.SetForAsync(
                    _relayer, wallet, DrawKey(), await DrawRouteAsync(wallet, nodes.Length));
                break;
            default:
                await Registries.SetAsync(wallet, DrawKey(), await DrawRouteAsync(wallet, nodes.Length));
                break;
        }
    }

    private async Task<PackedRoute> DrawRouteAsync(Wallet wallet, int nodes)
    {
        RouteRecord last = await Registries.ReadRouteAsync(wallet.Address);
        uint[] homes = [.. Enumerable.Range(1, Math.Max(3, nodes)).Select(id => (uint)id)];
        Random.Shuffle(homes);
        int count = Random.Next(1, 4);
        ulong expiry = (await _anvil.HeadAsync()).TimestampSeconds + (ulong)Random.Next(30, 8_000);
        Assert.True(PackedRoute.TryCreate(
            new NodeId(homes[0]), new NodeId(count > 1 ? homes[1] : 0), new NodeId(count > 2 ? homes[2] : 0),
            PackedRoute.SuitePlain, last.Epoch + (uint)Random.Next(1, 3), expiry, (ushort)Random.Next(4),
            out PackedRoute route, out PackedRouteError error), $"{error}");
        return route;
    }

    private NodeInput DrawInput(uint version) => new(
        DrawAddress(), DrawKey(), DrawKey(), (UInt128)0xFFFF_7F00_0001 + (uint)Random.Next(1, 200),
        (ushort)Random.Next(1, 30_000), (ushort)Random.Next(30_000, 65_536), DrawKey(), version);

    private Address DrawAddress()
    {
        byte[] bytes = new byte[Address.Size];
        Random.NextBytes(bytes);
        return new Address(bytes);
    }

    private Bytes32 DrawKey()
    {
        byte[] bytes = new byte[Bytes32.Size];
        Random.NextBytes(bytes);
        bytes[31] &= 0x3F; // below the field's prime
        return new Bytes32(bytes);
    }

    private Wallet DrawWallet()
    {
        byte[] secret = new byte[Wallet.SecretSize];
        Random.NextBytes(secret);
        secret[0] &= 0x7F; // below the curve's order
        Assert.True(Wallet.TryImport(secret, out Wallet? wallet));
        CryptographicOperations.ZeroMemory(secret);
        return wallet!;
    }

    private static Address Filled(byte value) => new([.. Enumerable.Repeat(value, Address.Size)]);
}
