using System.Text;
using System.Text.Json;
using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>Contract artifacts.</summary>
internal sealed class ContractArtifactTarget : IFuzzTarget
{
    private static readonly string[] _samples =
    [
        """{"contractName":"A","abi":[{"type":"function","inputs":[]}],"bytecode":"0x6080604052"}""",
        """{"bytecode":"0x6080__$1234567890123456789012345678901234$__"}""",
    ];

    public string Name => "contract-artifact";

    public string Summary => "ContractArtifact against System.Text.Json's document";

    public IEnumerable<byte[]> Seeds => _samples.Select(Encoding.UTF8.GetBytes);

    public IEnumerable<byte[]> Tokens => [.. JsonChanges.Tokens, "\"bytecode\":"u8.ToArray()];

    public bool Run(ReadOnlySpan<byte> input)
    {
        bool accepted = ContractArtifact.TryRead(input, out byte[] bytecode, out string error);
        Check(accepted == (error.Length == 0), "accepted with an error, or refused without");
        if (!accepted)
        {
            Check(bytecode.Length == 0, "code of an artifact that was refused");
            return false;
        }

        using JsonDocument document = JsonDocument.Parse(input.ToArray());
        string expected = document.RootElement.GetProperty("bytecode").GetString()!.ToLowerInvariant();
        Check(expected == "0x" + Convert.ToHexStringLower(bytecode), "other code than the artifact holds");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random) => JsonChanges.TryMutate(input, random);
}
