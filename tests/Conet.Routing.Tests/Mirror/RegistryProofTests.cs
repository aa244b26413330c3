using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Routing.Tests.Anvil;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

/// <summary>How far a registry's events go, read from a proof of a live chain.</summary>
public sealed class RegistryProofTests
{
    [SkippableFact]
    public async Task A_proof_shows_what_the_registry_says_and_nothing_else_passes_for_one()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        TestRegistries registries = await TestRegistries.DeployAsync(anvil);
        BlockHeader empty = await anvil.HeadAsync();
        RandomChain chain = new(anvil, registries, 5);
        AccountProof unused = await ProveAsync(anvil, registries.Options.RouteRegistry, empty);
        Assert.True(RegistryProof.TryRead(empty.StateRoot, unused, out RegistryPosition position));
        Assert.Equal(default, position);

        await chain.ChangeAsync(4);
        BlockHeader head = await anvil.HeadAsync();
        foreach (Address registry in (Address[])
            [registries.Options.NodeRegistry, registries.Options.RouteRegistry])
        {
            AccountProof proof = await ProveAsync(anvil, registry, head);
            Assert.True(RegistryProof.TryRead(head.StateRoot, proof, out position));
            Assert.Equal(await registries.ReadPositionAsync(registry), position);
            Assert.False(RegistryProof.TryRead(empty.StateRoot, proof, out _));
            Assert.False(RegistryProof.TryRead(
                head.StateRoot, proof with { Storage = [.. proof.Storage.Reverse()] }, out _));
            Assert.False(RegistryProof.TryRead(
                head.StateRoot, proof with { Storage = proof.Storage[..1] }, out _));
            StorageProof count = proof.Storage[1] with { Value = (UInt256)(position.Count + 1) };
            Assert.False(RegistryProof.TryRead(
                head.StateRoot, proof with { Storage = [proof.Storage[0], count] }, out _));
        }

        AccountProof nobody = await ProveAsync(anvil, new Address([.. Enumerable.Repeat((byte)9, 20)]), head);
        Assert.False(RegistryProof.TryRead(head.StateRoot, nobody, out _));
    }

    private static async Task<AccountProof> ProveAsync(AnvilProcess anvil, Address account, BlockHeader block)
    {
        RpcResult<AccountProof> proof = await anvil.Rpc.GetProofAsync(
            account, RegistryProof.Slots, BlockId.Hash(block.Hash));
        Assert.True(proof.IsSuccess, proof.ToString());
        return proof.Value;
    }
}
