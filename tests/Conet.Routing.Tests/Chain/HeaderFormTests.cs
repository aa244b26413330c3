using System.Text;
using System.Text.Json.Nodes;
using Conet.Routing.Chain;
using Conet.Routing.Tests.Anvil;
using Conet.Routing.Tests.Mirror;

namespace Conet.Routing.Tests.Chain;

/// <summary>A header is bound to its hash where its fields hash to it.</summary>
public sealed class HeaderFormTests
{
    // The first block of Ethereum's main chain.
    private static readonly string _genesis = $$"""
        {
          "number": "0x0", "hash": "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
          "parentHash": "0x{{new string('0', 64)}}", "nonce": "0x0000000000000042",
          "mixHash": "0x{{new string('0', 64)}}", "logsBloom": "0x{{new string('0', 512)}}",
          "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
          "transactionsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
          "receiptsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
          "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
          "miner": "0x0000000000000000000000000000000000000000", "difficulty": "0x400000000",
          "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
          "gasLimit": "0x1388", "gasUsed": "0x0", "timestamp": "0x0", "transactions": [], "uncles": []
        }
        """;

    [Fact]
    public void The_first_block_of_the_main_chain_hashes_to_its_name() =>
        AssertBoundFieldByField(JsonNode.Parse(_genesis)!);

    [SkippableFact]
    public async Task Blocks_of_a_live_chain_hash_to_their_names()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        RandomChain chain = new(anvil, await TestRegistries.DeployAsync(anvil), 3);
        await chain.ChangeAsync(2);
        JsonNode block = JsonNode.Parse(await anvil.CallAsync("eth_getBlockByNumber", "[\"latest\",false]"))!;
        Assert.NotNull(block["baseFeePerGas"]);
        AssertBoundFieldByField(block);
    }

    [Fact]
    public void A_header_with_fields_of_another_form_is_read_and_not_bound()
    {
        JsonNode block = JsonNode.Parse(_genesis)!;
        block["nonce"] = 66;
        Assert.False(Read(block).IsHashed);
        block["nonce"] = null;
        Assert.False(Read(block).IsHashed);
        block["nonce"] = "0x0000000000000042";
        block["requestsHash"] = "0x" + new string('1', 64); // with the fields before it left out
        Assert.False(Read(block).IsHashed);
        block["requestsHash"] = null;
        Assert.True(Read(block).IsHashed);
        block["extraData"] = "0x" + new string('1', 4_096);
        Assert.False(Read(block).IsHashed);
    }

    private static void AssertBoundFieldByField(JsonNode block)
    {
        Assert.True(Read(block).IsHashed);
        Assert.Equal(block["hash"]!.GetValue<string>(), SlowHeader.HashOf(block).ToString());
        foreach (string field in SlowHeader.Fields)
        {
            if (block[field]?.GetValue<string>() is not { } text)
                continue;
            block[field] = text[..^1] + (text[^1] == '1' ? '2' : '1');
            Assert.False(Read(block).IsHashed, field);
            block[field] = text;
        }
    }

    private static BlockHeader Read(JsonNode block)
    {
        RpcResult<BlockHeader?> header = RpcParsers.Header(Encoding.UTF8.GetBytes(block.ToJsonString()));
        Assert.True(header.IsSuccess, header.ToString());
        return header.Value!;
    }
}
