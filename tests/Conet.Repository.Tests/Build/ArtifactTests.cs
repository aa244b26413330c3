using System.Text.Json;

namespace Conet.Repository.Tests.Build;

/// <summary>What is exported from contracts/ is what a fresh compile exports.</summary>
public sealed class ArtifactTests
{
    [SkippableFact]
    public void Contract_artifacts_are_fresh()
    {
        NeedContracts();
        Tool check = Tool.Run("node", "contracts/script/export.mjs", "--check");
        Assert.True(check.ExitCode == 0, check.Error);
        Assert.Contains("are fresh", check.Output);
    }

    [SkippableFact]
    public void Event_traces_are_fresh()
    {
        NeedContracts();
        Skip.IfNot(
            Directory.Exists(Checkout.Full("contracts/node_modules/@foundry-rs/anvil-linux-amd64")),
            "anvil is not installed in contracts/node_modules");
        Tool check = Tool.Run("node", "contracts/script/traces.mjs", "--check");
        Assert.True(check.ExitCode == 0, check.Error + check.Output);
    }

    [Theory]
    [InlineData("NodeRegistry")]
    [InlineData("RouteRegistry")]
    public void Artifacts_hold_what_callers_need(string contract)
    {
        using JsonDocument artifact = JsonDocument.Parse(
            Checkout.Read($"contracts/artifacts/{contract}.json"));
        Assert.Equal(contract, artifact.RootElement.GetProperty("contractName").GetString());
        Assert.Matches("^0x6[01]", artifact.RootElement.GetProperty("bytecode").GetString());
        Assert.NotEqual(0, artifact.RootElement.GetProperty("abi").GetArrayLength());
    }

    private static void NeedContracts()
    {
        Skip.IfNot(Tool.IsInstalled("node"), "node is not installed");
        Skip.IfNot(
            Directory.Exists(Checkout.Full("contracts/node_modules/solc")),
            "contracts/node_modules is missing: run `npm ci` in contracts/");
    }
}
