using System.Text;
using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Chain;

public sealed class RegistryArtifactTests
{
    [Theory]
    [InlineData("NodeRegistry")]
    [InlineData("RouteRegistry")]
    public void The_creation_code_of_each_registry_is_read(string contract)
    {
        byte[] json = RegistryChain.ReadArtifact(contract);
        Assert.True(ContractArtifact.TryRead(json, out byte[] bytecode, out string error), error);
        Assert.InRange(bytecode.Length, 1000, ChainLimits.CreationCodeBytesMax);
        string digits = Convert.ToHexStringLower(bytecode);
        Assert.Contains(digits, Encoding.UTF8.GetString(json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "no \"bytecode\"")]
    [InlineData("""{"abi":[],"bytecode":"0x"}""", "not the creation code")]
    [InlineData("""{"bytecode":"0x6"}""", "not the creation code")]
    [InlineData("""{"bytecode":"6001"}""", "not the creation code")]
    [InlineData("""{"bytecode":"0x73__$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa$__"}""", "linked")]
    [InlineData("""{"bytecode":{"object":"0x60"}}""", "not the creation code")]
    [InlineData("""{"bytecode":"0x60","bytecode":"0x61"}""", "twice")]
    [InlineData("""{"bytecode":"0x60"} {}""", "not JSON")]
    public void Anything_else_is_refused_with_a_reason(string json, string reason)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        Assert.False(ContractArtifact.TryRead(bytes, out byte[] bytecode, out string error));
        Assert.Empty(bytecode);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_bounded()
    {
        string code = new('6', 2 * ChainLimits.CreationCodeBytesMax);
        Assert.True(TryRead($$"""{"bytecode":"0x{{code}}"}"""));
        Assert.False(TryRead($$"""{"bytecode":"0x{{code}}60"}"""));
        Assert.False(TryRead("""{"bytecode":"0x60"}""" + new string(' ', ChainLimits.ArtifactBytesMax)));
        string nested = new string('[', ChainLimits.JsonDepthMax) + new string(']', ChainLimits.JsonDepthMax);
        Assert.False(TryRead($$"""{"bytecode":"0x60","x":{{nested}}}"""));
    }

    [Fact]
    public void No_bytes_make_it_throw()
    {
        byte[] good = Encoding.UTF8.GetBytes(
            """{"abi":[{"type":"constructor"}],"bytecode":"0x6001600155","x":null}""");
        RegistryCases.Hold(random =>
        {
            bool read = ContractArtifact.TryRead(
                RegistryCases.Hostile(random, good), out byte[] bytecode, out string error);
            return read == (error.Length == 0) && read == (bytecode.Length > 0);
        });
    }

    private static bool TryRead(string json) =>
        ContractArtifact.TryRead(Encoding.UTF8.GetBytes(json), out _, out _);
}
