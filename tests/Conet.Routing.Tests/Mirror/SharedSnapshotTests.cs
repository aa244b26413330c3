using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;
using Xunit.Abstractions;
using Part = Conet.Routing.Mirror.SharedSnapshotPart;
using Problem = Conet.Routing.Mirror.SharedSnapshotProblem;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// A stranger's snapshot against registries on a chain of our own: what an honest one leads to, and that
/// every dishonest one is refused.
/// </summary>
public sealed class SharedSnapshotTests(ITestOutputHelper output)
{
    private static int Rounds => Property.IsFull ? 40 : 3;

    [SkippableFact]
    public async Task What_a_node_makes_is_proved_and_a_mirror_follows_the_chain_from_it()
    {
        for (int seed = 1; seed <= Rounds; seed++)
        {
            await using SharedSnapshotScene scene = await SharedSnapshotScene.OpenAsync(seed);
            await scene.Chain.ChangeAsync(Property.IsFull ? 40 : 12);
            byte[] bytes = await scene.MakeAsync();
            MirrorSnapshot mirrored = await scene.MirrorAsync();
            ProvedRegistries proved = await scene.ProveAsync();
            Assert.Equal(Problem.None, scene.Judge(bytes, proved, out MirrorSnapshot? snapshot));
            AssertSame(mirrored, snapshot!);
            output.WriteLine(
                $"seed {seed}: {bytes.Length} bytes, {mirrored.Table.Routes.Count} routes, "
                    + $"{mirrored.Table.Nodes.Count} nodes");

            await scene.Chain.ChangeAsync(5);
            BlockHeader head = await scene.Anvil.HeadAsync();
            await using RunningMirror mirror = new(scene.Options, [scene.Provider], snapshot);
            await mirror.WaitForAsync(head, $"seed {seed}: on from the snapshot");
            Assert.True(mirror.Status.BlocksUndone == 0, "the mirror did not begin at the snapshot");
            await GroundTruth.AssertEqualAsync(
                mirror.Runner.Table, scene.Chain.Registries, scene.Chain.Wallets, head, $"seed {seed}");
        }
    }

    [SkippableFact]
    public async Task The_next_snapshot_asks_only_for_what_has_changed()
    {
        await using SharedSnapshotScene scene = await SharedSnapshotScene.OpenAsync(71);
        await scene.Chain.ChangeAsync(12);
        await scene.MakeAsync();
        int first = scene.Transport.Calls("eth_getStorageAt");
        Assert.True(first > 0, "nothing was asked for");

        Wallet wallet = scene.Chain.Wallets[0];
        RouteRecord last = await scene.Chain.Registries.ReadRouteAsync(wallet.Address);
        await scene.Chain.Registries.SetForAsync(
            scene.Chain.Wallets[1].Address, wallet, Key(9), Route(last.Epoch + 1));
        await scene.Anvil.MineAsync();
        int logs = scene.Transport.Calls("eth_getLogs");
        await scene.MirrorAsync();
        int mirroring = scene.Transport.Calls("eth_getLogs") - logs;
        byte[] bytes = await scene.MakeAsync();
        NodeRecord[] nodes = await scene.Chain.Registries.ReadNodesAsync();
        int retired = nodes.Count(node => node.State == NodeState.Retired);
        Assert.Equal(first + 1 + retired, scene.Transport.Calls("eth_getStorageAt"));
        Assert.Equal(logs + (2 * mirroring), scene.Transport.Calls("eth_getLogs"));
        Assert.Equal(Problem.None, scene.Judge(bytes, await scene.ProveAsync(), out _));
    }

    [SkippableFact]
    public async Task No_word_can_be_altered_left_out_or_invented()
    {
        await using SharedSnapshotScene scene = await SharedSnapshotScene.OpenAsync(5);
        await scene.Chain.ChangeAsync(30);
        byte[] good = await scene.MakeAsync();
        ProvedRegistries proved = await scene.ProveAsync();
        Random random = new(5);
        Dictionary<Part, int> tampered = [];
        for (Part part = 0; part <= Part.RouteWords; part++)
        {
            SharedSnapshotForge shape = new(good, scene.Options);
            tampered[part] = shape[part].Count;
            for (int i = 0; i < Math.Min(shape[part].Count, Property.IsFull ? 50 : 8); i++)
            {
                foreach (string how in (string[])["alter", "omit", "invent"])
                {
                    SharedSnapshotForge forge = new(good, scene.Options);
                    Tamper(forge, part, i, how, random);
                    Problem problem = scene.Judge(forge.Encode(), proved, out MirrorSnapshot? snapshot);
                    Assert.True(snapshot is null, $"{how} {part} {i} was accepted");
                    Assert.True(
                        problem is Problem.NodesNotProved or Problem.RoutesNotProved or Problem.OtherState
                            or Problem.OutOfOrder,
                        $"{how} {part} {i}: {problem}");
                }
            }
        }

        output.WriteLine(string.Join(", ", tampered.Select(part => $"{part.Value} {part.Key}")));
        Part[] filled = [Part.Nodes, Part.Keys, Part.Signers, Part.Routes];
        Assert.All(filled, part => Assert.NotEqual(0, tampered[part]));
    }

    [SkippableFact]
    public async Task Prekeys_cannot_be_swapped_and_a_nonce_cannot_be_another()
    {
        await using SharedSnapshotScene scene = await SharedSnapshotScene.OpenAsync(6);
        await scene.Chain.ChangeAsync(15);
        byte[] good = await scene.MakeAsync();
        ProvedRegistries proved = await scene.ProveAsync();

        SharedSnapshotForge swapped = new(good, scene.Options);
        Span<byte> one = swapped[Part.Routes][0].AsSpan(SharedSnapshotLayout.PrekeyOffset, Bytes32.Size);
        Span<byte> two = swapped[Part.Routes][1].AsSpan(SharedSnapshotLayout.PrekeyOffset, Bytes32.Size);
        byte[] kept = one.ToArray();
        two.CopyTo(one);
        kept.CopyTo(two);
        Assert.Equal(Problem.RoutesNotProved, scene.Judge(swapped.Encode(), proved, out _));

        foreach (int change in (int[])[1, 0x80])
        {
            SharedSnapshotForge forge = new(good, scene.Options);
            forge[Part.Routes][1][SharedSnapshotLayout.NonceOffset + 7] ^= (byte)change;
            Assert.Equal(Problem.RoutesNotProved, scene.Judge(forge.Encode(), proved, out _));
        }
    }

    [SkippableFact]
    public async Task A_signature_is_not_proved_and_proves_itself()
    {
        await using SharedSnapshotScene scene = await SharedSnapshotScene.OpenAsync(8);
        Wallet wallet = scene.Chain.Wallets[0];
        await scene.Chain.ChangeAsync(1);
        await scene.Chain.Registries.SetAsync(
            wallet, Key(3), Route((await scene.Chain.Registries.ReadRouteAsync(wallet.Address)).Epoch + 1));
        await scene.Anvil.MineAsync();
        SharedSnapshotForge forge = new(await scene.MakeAsync(), scene.Options);
        byte[] address = wallet.Address.ToArray();
        byte[] record = forge[Part.Routes].Single(route => route.AsSpan().StartsWith(address));
        record[SharedSnapshotLayout.SignatureOffset + 5] ^= 1;
        Assert.Equal(Problem.None, scene.Judge(
            forge.Encode(), await scene.ProveAsync(), out MirrorSnapshot? snapshot));
        RouteRow row = snapshot!.Table.Routes[wallet.Address];
        Assert.False(scene.Chain.Registries.TypedData.VerifyRoute(
            wallet.Address, row.Route.Prekey, row.Route.Packed, row.Signature));
    }

    [SkippableFact]
    public async Task Words_of_another_block_are_refused_whichever_block_they_claim()
    {
        await using SharedSnapshotScene scene = await SharedSnapshotScene.OpenAsync(9);
        await scene.Chain.ChangeAsync(8);
        byte[] old = await scene.MakeAsync();
        ProvedRegistries then = await scene.ProveAsync();
        await scene.Chain.ChangeAsync(4);
        ProvedRegistries now = await scene.ProveAsync();
        Assert.Equal(Problem.None, scene.Judge(old, then, out _));
        Assert.Equal(Problem.OtherState, scene.Judge(old, now, out _));

        SharedSnapshotForge forge = new(old, scene.Options)
        {
            BlockNumber = now.Block.Number,
            BlockHash = now.Block.Hash,
            NodePosition = now.NodePosition,
            RoutePosition = now.RoutePosition,
        };
        Problem problem = scene.Judge(forge.Encode(), now, out MirrorSnapshot? snapshot);
        Assert.NotEqual(Problem.None, problem);
        Assert.Null(snapshot);
    }

    [SkippableFact]
    public async Task A_lying_provider_spoils_neither_the_making_nor_the_snapshot_before()
    {
        await using SharedSnapshotScene scene = await SharedSnapshotScene.OpenAsync(12);
        await scene.Chain.ChangeAsync(12);
        byte[] before = await scene.MakeAsync();
        await scene.Chain.ChangeAsync(3);
        MirrorSnapshot mirrored = await scene.MirrorAsync();
        await using CountingTransport transport = new(
            new HttpTransport(scene.Anvil.Endpoint, TimeSpan.FromSeconds(20)))
        {
            Change = (request, answer) => request.Contains("eth_getStorageAt", StringComparison.Ordinal)
                ? answer.Replace("00000000\"", "00000007\"", StringComparison.Ordinal)
                    .Replace("00000001\"", "00000007\"", StringComparison.Ordinal)
                : answer,
        };
        await using JsonRpcProvider liar = new(transport, scene.Options.ChainId);
        string problem = await new SharedSnapshotMaker(scene.Options, [liar], scene.Path)
            .MakeAsync(mirrored, CancellationToken.None);
        Assert.Contains("is not what the chain holds", problem, StringComparison.Ordinal);
        Assert.Contains(liar.Name, problem, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(scene.Path));
        Assert.False(File.Exists(scene.Path + ".tmp"));

        Assert.Equal("", await new SharedSnapshotMaker(scene.Options, [liar, scene.Provider], scene.Path)
            .MakeAsync(mirrored, CancellationToken.None));
        Assert.Equal(Problem.None, scene.Judge(
            await File.ReadAllBytesAsync(scene.Path), await scene.ProveAsync(), out _));
    }

    private static void Tamper(SharedSnapshotForge forge, Part part, int index, string how, Random random)
    {
        List<byte[]> records = forge[part];
        if (how == "omit")
        {
            records.RemoveAt(index);
            return;
        }

        byte[] record = [.. records[index]];
        int proved = part == Part.Routes ? SharedSnapshotLayout.SignatureOffset : record.Length;
        record[random.Next(proved)] ^= (byte)(1 << random.Next(8));
        if (how == "alter")
            records[index] = record;
        else
            records.Insert(index + 1, record);
        int order = SharedSnapshotLayout.OrderSize(part);
        if (order > 0)
            records.Sort((a, b) => a.AsSpan(0, order).SequenceCompareTo(b.AsSpan(0, order)));
    }

    private static void AssertSame(MirrorSnapshot mirrored, MirrorSnapshot snapshot)
    {
        RouteTable expected = mirrored.Table, table = snapshot.Table;
        Assert.Equal((mirrored.BlockNumber, mirrored.BlockHash), (snapshot.BlockNumber, snapshot.BlockHash));
        Assert.Equal(expected.TimeSeconds, table.TimeSeconds);
        Assert.Equal(expected.NodePosition, table.NodePosition);
        Assert.Equal(expected.RoutePosition, table.RoutePosition);
        Assert.Equal(expected.LiveRoutes, table.LiveRoutes);
        Assert.Equal(
            expected.Nodes.Select(entry => (entry.Key, entry.Value.Node)),
            table.Nodes.Select(entry => (entry.Key, entry.Value.Node)));
        Assert.Equal(
            expected.Routes.From(default)
                .Select(entry => (entry.Key, entry.Value.Route, entry.Value.Signature)),
            table.Routes.From(default)
                .Select(entry => (entry.Key, entry.Value.Route, entry.Value.Signature)));
    }

    private static Bytes32 Key(byte value) => new([.. Enumerable.Repeat(value, Bytes32.Size)]);

    private static PackedRoute Route(uint epoch)
    {
        Assert.True(PackedRoute.TryCreate(
            new NodeId(1), default, default, PackedRoute.SuitePlain, epoch, 1_800_900_000, 0,
            out PackedRoute route, out PackedRouteError error), $"{error}");
        return route;
    }
}
