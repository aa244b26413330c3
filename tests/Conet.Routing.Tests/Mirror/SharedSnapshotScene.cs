using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tests.Anvil;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// A chain with registries that were changed at random, a mirror at its head, and a maker of its snapshot.
/// </summary>
internal sealed class SharedSnapshotScene : IAsyncDisposable
{
    private readonly SnapshotFolder _folder = new();

    private SharedSnapshotScene(AnvilProcess anvil, RandomChain chain)
    {
        Anvil = anvil;
        Chain = chain;
        Transport = new CountingTransport(new HttpTransport(anvil.Endpoint, TimeSpan.FromSeconds(20)));
        Provider = new JsonRpcProvider(Transport, Options.ChainId);
        Maker = new SharedSnapshotMaker(Options, [Provider], Path);
    }

    public AnvilProcess Anvil { get; }

    public RandomChain Chain { get; }

    public MirrorOptions Options => Chain.Registries.Options;

    public CountingTransport Transport { get; }

    public JsonRpcProvider Provider { get; }

    public SharedSnapshotMaker Maker { get; }

    public string Path => _folder.File;

    public static async Task<SharedSnapshotScene> OpenAsync(int seed)
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync();
        TestRegistries registries = await TestRegistries.DeployAsync(anvil);
        return new SharedSnapshotScene(anvil, new RandomChain(anvil, registries, seed));
    }

    /// <summary>Makes the snapshot of the head; gives its bytes.</summary>
    public async Task<byte[]> MakeAsync()
    {
        Assert.Equal("", await Maker.MakeAsync(await MirrorAsync(), CancellationToken.None));
        return await File.ReadAllBytesAsync(Path);
    }

    /// <summary>The table of the head, mirrored from the first block.</summary>
    public async Task<MirrorSnapshot> MirrorAsync()
    {
        await using RunningMirror mirror = new(Options, [Provider]);
        await mirror.WaitForAsync(await Anvil.HeadAsync(), "to make a snapshot");
        return mirror.Runner.Snapshot!;
    }

    public async Task<ProvedRegistries> ProveAsync(ulong? number = null)
    {
        BlockHeader head = (await Provider.GetBlockAsync(
            number is { } known ? BlockId.Number(known) : BlockId.Latest)).Value!;
        (ProvedRegistries? proved, string problem) = await ProvedRegistries.AskAsync(
            Options, [Provider], head.Number, head.Hash, CancellationToken.None);
        Assert.True(proved is not null, problem);
        return proved;
    }

    /// <summary>What a stranger thinks of these bytes.</summary>
    public SharedSnapshotProblem Judge(byte[] bytes, ProvedRegistries proved, out MirrorSnapshot? snapshot)
    {
        snapshot = null;
        SharedSnapshotProblem problem = SharedSnapshotReader.TryOpen(
            new SnapshotBytesMemory(bytes), Options, out SharedSnapshotReader? reader);
        byte[] secret = RandomNumberGenerator.GetBytes(MirrorRunner.RouteTrieSecretSize);
        return reader is null ? problem : SharedSnapshotProof.TryProve(
            reader, proved, secret, _ => { }, out snapshot, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync();
        await Anvil.DisposeAsync();
        _folder.Dispose();
    }
}
