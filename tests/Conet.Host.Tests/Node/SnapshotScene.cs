using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Conet.Client;
using Conet.Host.Node;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tests.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Node;

/// <summary>
/// Registries with one node and some routes on the chain of a test class, the snapshot that a node makes of
/// them, and the folder of a node that starts.
/// </summary>
internal sealed class SnapshotScene : IDisposable
{
    public const int Routes = 5;

    private const int HeaderSize = SharedSnapshotHeader.Size, ChecksumSize = 32, RouteSize = 151;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conet-shared-");

    private SnapshotScene(RegistryChain chain, DeployedRegistries registries)
    {
        Chain = chain;
        Options = new MirrorOptions(
            RegistryChain.ChainId, registries.NodeRegistry, registries.RouteRegistry, registries.StartBlock);
    }

    public RegistryChain Chain { get; }

    public MirrorOptions Options { get; }

    public List<Wallet> Wallets { get; } = [];

    public string Shared => Path.Combine(_folder.FullName, "given.snapshot");

    public string State => Path.Combine(_folder.FullName, "state");

    public string Fetched => Path.Combine(State, SnapshotStart.SharedName);

    public byte[] Good { get; private set; } = [];

    public static async Task<SnapshotScene> OpenAsync(RegistryChain chain)
    {
        chain.Require();
        TransactionSender sender = await chain.FundAsync();
        SnapshotScene scene = new(chain, await chain.DeployAsync(sender));
        NodeInput input = new(
            chain.CreateWallet().Address, Key(3), Key(5), NodeInput.PackIp(IPAddress.Loopback), 4001, 4002,
            default, 0);
        RpcResult<TransactionReceipt> registered = await sender.SendAsync(
            scene.Options.NodeRegistry, NodeRegistryContract.EncodeRegister(input), UInt256.Zero,
            CancellationToken.None);
        Assert.True(registered.IsSuccess, registered.ToString());
        RoutePublisher publisher = new(chain.Provider, RegistryChain.ChainId, scene.Options.RouteRegistry);
        for (int i = 0; i < Routes; i++)
        {
            scene.Wallets.Add(chain.CreateWallet());
            using SealKey prekey = SealKey.Create();
            RouteDraft draft = new(
                prekey.PublicKey.ToArray(), [new NodeId(1)], await chain.BlockTimeAsync() + 86_400);
            RouteResult<PublishedRoute> set = await publisher.PublishAsync(scene.Wallets[i], draft, sender);
            Assert.True(set.IsSuccess, set.Error);
        }

        await scene.MakeAsync();
        return scene;
    }

    public NodeConfig Config(params string[] sources) => new()
    {
        Chain = new ChainConfig
        {
            Providers = [new Uri("http://127.0.0.1:1")],
            ChainId = Options.ChainId,
            NodeRegistry = Options.NodeRegistry,
            RouteRegistry = Options.RouteRegistry,
            StartBlock = Options.StartBlock,
        },
        ClientPort = 1,
        NodePort = 2,
        Signer = new SecretSource(),
        SealKey = new SecretSource(),
        StateDirectory = State,
        SnapshotFrom = [.. sources.Select(source => new Uri(source))],
    };

    /// <summary>
    /// The snapshot with one bit of the first route's prekey altered, and checksums made right.
    /// </summary>
    public byte[] Forge()
    {
        byte[] forged = [.. Good];
        int routes = forged.Length - ChecksumSize - (Routes * RouteSize); // the last part
        forged[routes + Address.Size + 3] ^= 1;
        byte[] prefix = [.. forged.AsSpan(HeaderSize - ChecksumSize, ChecksumSize), 4, 0, 0, 0, 0];
        Span<byte> records = forged.AsSpan(routes, Routes * RouteSize);
        SHA256.HashData([.. prefix, .. records], forged.AsSpan(routes + records.Length));
        return forged;
    }

    /// <summary>The table that a node which starts now would start from, or null.</summary>
    public MirrorSnapshot? Kept()
    {
        string key = Path.Combine(State, "routes.key");
        if (!File.Exists(key))
            return null;
        byte[] secret = Convert.FromHexString(File.ReadAllText(key).Trim());
        SnapshotFile.TryRead(
            Path.Combine(State, "routes.snapshot"), Options, secret, new byte[32],
            out MirrorSnapshot? snapshot);
        return snapshot;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task MakeAsync()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(60));
        MirrorRunner runner = new(Options, [Chain.Provider]);
        Task running = runner.RunAsync(stop.Token);
        await runner.Ready.WaitAsync(stop.Token);
        string problem = await new SharedSnapshotMaker(Options, [Chain.Provider], Shared)
            .MakeAsync(runner.Snapshot!, stop.Token);
        Assert.Equal("", problem);
        await stop.CancelAsync();
        await running;
        Good = await File.ReadAllBytesAsync(Shared);
    }

    private static Bytes32 Key(byte value) => new([.. Enumerable.Repeat(value, Bytes32.Size)]);
}
