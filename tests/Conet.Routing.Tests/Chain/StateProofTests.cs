using System.Buffers.Binary;
using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Routing.Tests.Anvil;
using Conet.Routing.Tests.Mirror;
using Conet.Wire.Addresses;
using Xunit.Abstractions;

namespace Conet.Routing.Tests.Chain;

/// <summary>
/// Proofs that a real node makes (eth_getProof), for storage that is there and storage that is not.
/// </summary>
public sealed class StateProofTests(ITestOutputHelper output)
{
    // EventLog is first among a registry's bases: docs/SPEC.md, section 11.3.
    private static readonly Bytes32 _eventsHashSlot = Slot(0), _eventCountSlot = Slot(1);

    [SkippableFact]
    public async Task Proofs_of_a_live_chain_hold_and_altered_ones_do_not()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        TestRegistries registries = await TestRegistries.DeployAsync(anvil);
        RandomChain chain = new(anvil, registries, 7);
        await chain.ChangeAsync(8);
        BlockHeader head = await anvil.HeadAsync();
        Address registry = registries.Options.RouteRegistry;
        Bytes32[] slots =
        [
            _eventsHashSlot, _eventCountSlot, Slot(2), Slot(77),
            .. chain.Wallets.Select(wallet => RouteSlot(wallet.Address)),
        ];
        RpcResult<AccountProof> answer = await anvil.Rpc.GetProofAsync(
            registry, slots, BlockId.Number(head.Number));
        Assert.True(answer.IsSuccess, answer.ToString());
        AccountProof proof = answer.Value;
        Assert.True(
            StateProof.TryVerify(head.StateRoot, proof, out AccountState? account, out MerkleError error),
            $"{error}");
        Assert.NotNull(account);
        await AssertSlotsAsync(anvil, registries, chain, proof);

        Random random = new(11);
        int refused = 0;
        for (int i = 0; i < 2_000; i++)
        {
            Assert.False(StateProof.TryVerify(head.StateRoot, Alter(random, proof), out account, out error),
                $"case {i}");
            Assert.Null(account);
            Assert.NotEqual(MerkleError.None, error);
            refused++;
        }

        output.WriteLine($"{slots.Length} slots proven, {refused} altered proofs refused");
        Assert.False(StateProof.TryVerify(Slot(1), proof, out _, out error));
        Assert.Equal(MerkleError.HashMismatch, error);
    }

    [SkippableFact]
    public async Task Accounts_without_code_and_accounts_that_do_not_exist_are_proven_as_such()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        Address funded = new([.. Enumerable.Repeat((byte)0x11, Address.Size)]);
        Address nobody = new([.. Enumerable.Repeat((byte)0x22, Address.Size)]);
        await anvil.CallAsync("anvil_setBalance", $"[\"{funded.ToHex()}\",\"0x1234\"]");
        await anvil.MineAsync();
        BlockHeader head = await anvil.HeadAsync();
        AccountProof proof = (await anvil.Rpc.GetProofAsync(funded, [Slot(0)], BlockId.Latest)).Value;
        Assert.True(
            StateProof.TryVerify(head.StateRoot, proof, out AccountState? account, out MerkleError error),
            $"{error}");
        Assert.Equal(
            new AccountState(0, 0x1234UL, MerklePatricia.EmptyRoot, StateProof.EmptyCodeHash), account);

        AccountProof absent = (await anvil.Rpc.GetProofAsync(nobody, [], BlockId.Latest)).Value;
        Assert.True(StateProof.TryVerify(head.StateRoot, absent, out account, out error), $"{error}");
        Assert.Null(account);
        Assert.False(StateProof.TryVerify(head.StateRoot, absent with { Balance = 1UL }, out _, out error));
        Assert.Equal(MerkleError.BadValue, error);
        Assert.False(StateProof.TryVerify(head.StateRoot, proof with { Address = nobody }, out _, out _));
    }

    private static async Task AssertSlotsAsync(
        AnvilProcess anvil, TestRegistries registries, RandomChain chain, AccountProof proof)
    {
        RegistryPosition position = await registries.ReadPositionAsync(proof.Address);
        Assert.True(position.Count > 0);
        Assert.Equal(position.Hash.ToUInt256(), proof.Storage[0].Value);
        Assert.Equal(position.Count, proof.Storage[1].Value.Low);
        foreach (StorageProof slot in proof.Storage)
        {
            string word = await anvil.CallAsync(
                "eth_getStorageAt", $"[\"{proof.Address.ToHex()}\",\"{slot.Slot}\",\"latest\"]");
            Assert.Equal(word.Trim('"'), slot.Value.ToBytes32().ToString());
        }

        int found = 0;
        for (int i = 0; i < chain.Wallets.Count; i++)
        {
            RouteRecord record = await registries.ReadRouteAsync(chain.Wallets[i].Address);
            Assert.Equal(record.Prekey.ToUInt256(), proof.Storage[4 + i].Value);
            found += record.IsLive ? 1 : 0;
        }

        Assert.True(found > 0, "no route was set");
    }

    // One byte of one node, one claimed value, or one node more or less.
    private static AccountProof Alter(Random random, AccountProof proof)
    {
        StorageProof[] storage = [.. proof.Storage];
        int at = random.Next(storage.Length);
        switch (random.Next(7))
        {
            case 0:
                return proof with { AccountNodes = AlterOne(random, proof.AccountNodes) };
            case 1:
                return proof with { AccountNodes = proof.AccountNodes[..^1] };
            case 2:
                return proof with { StorageHash = Slot(random.Next()) };
            case 3:
                return proof with { Nonce = proof.Nonce + 1 };
            case 4:
                UInt256 value = UInt256.FromBigEndian(BitConverter.GetBytes(random.Next(1, 99)));
                storage[at] = storage[at] with { Value = storage[at].Value == value ? default : value };
                break;
            case 5:
                storage[at] = storage[at] with { Nodes = [.. storage[at].Nodes, storage[at].Nodes[0]] };
                break;
            default:
                storage[at] = storage[at] with { Nodes = AlterOne(random, storage[at].Nodes) };
                break;
        }

        return proof with { Storage = storage };
    }

    private static byte[][] AlterOne(Random random, byte[][] nodes)
    {
        byte[][] altered = [.. nodes];
        int at = random.Next(nodes.Length);
        altered[at] = [.. nodes[at]];
        altered[at][random.Next(altered[at].Length)] ^= (byte)random.Next(1, 256);
        return altered;
    }

    // _routes is a mapping at slot 4: "storageLayout" in contracts/artifacts/RouteRegistry.json.
    private static Bytes32 RouteSlot(Address wallet)
    {
        byte[] preimage = new byte[64];
        wallet.CopyTo(preimage.AsSpan(12));
        Slot(4).CopyTo(preimage.AsSpan(32));
        return MerklePatricia.Hash(preimage);
    }

    private static Bytes32 Slot(int number)
    {
        byte[] bytes = new byte[Bytes32.Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(28), number);
        return new Bytes32(bytes);
    }
}
