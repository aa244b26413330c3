using System.Text.Json;
using Conet.Wire.Addresses;
using Xunit.Abstractions;

namespace Conet.Wire.Tests.Vectors;

/// <summary>What ethers.js says of accounts and hashes.</summary>
public sealed class EthereumVectorTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void Accounts()
    {
        int count = 0;
        foreach (JsonElement account in VectorFiles.Read("ethereum/accounts.json").EnumerateArray())
        {
            string text = account.Text("address");
            Assert.True(Address.TryParseHex(text, out Address address));
            Assert.Equal(text, address.ToString());
            Assert.True(Address.TryParseHex(text.ToLowerInvariant(), out Address lower));
            Assert.Equal(address, lower);
            Assert.True(Wallet.TryImport(account.Hex("privateKey"), out Wallet? wallet));
            Assert.Equal(text, wallet!.Address.ToString());
            wallet.Dispose();
            count++;
        }

        output.WriteLine($"vectors: ethereum accounts: {count} cases, key to address, EIP-55 both ways");
        Assert.True(count > 250);
    }

    [SkippableFact]
    public void Keccak_hashes()
    {
        int count = 0;
        foreach (JsonElement vector in VectorFiles.Read("ethereum/hashes.json").EnumerateArray())
        {
            Assert.Equal(vector.Hex("keccak256"), Keccak256.Hash(vector.Hex("data")));
            count++;
        }

        output.WriteLine($"vectors: ethereum hashes: {count} cases of Keccak-256");
        Assert.True(count > 250);
    }
}
