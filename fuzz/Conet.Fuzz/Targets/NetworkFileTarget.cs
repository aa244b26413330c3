using System.Text;
using Conet.Fuzz.Core;
using Conet.Host.Commands;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>The file that says which network the commands are on.</summary>
internal sealed class NetworkFileTarget : IFuzzTarget
{
    private const int ErrorCharsMax = 400;

    private const string Sample =
        """
        {
          "chainId": 31337,
          "providers": ["http://127.0.0.1:8545", "wss://chain.example/"],
          "nodeRegistry": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
          "routeRegistry": "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359",
          "startBlock": 12,
          "sponsorFile": "sponsor.key"
        }
        """;

    public string Name => "network-file";

    public string Summary =>
        "NetworkFile.TryParse; accepted means written and read back the same, errors are one line";

    public IEnumerable<byte[]> Seeds => [Encoding.UTF8.GetBytes(Sample)];

    public IEnumerable<byte[]> Tokens => JsonChanges.Tokens;

    public bool Run(ReadOnlySpan<byte> input)
    {
        bool accepted = NetworkFile.TryParse(input.ToArray(), out NetworkFile? network, out string problem);
        Check(accepted == (network is not null), "a network without success, or none with it");
        if (!accepted)
        {
            Check(problem.Length is > 0 and <= ErrorCharsMax, "an error that is empty or too long");
            Check(!problem.Any(char.IsControl), "an error that is not one printable line");
            return false;
        }

        byte[] written = network!.ToJson();
        Check(
            NetworkFile.TryParse(written, out NetworkFile? again, out string fault),
            "not read back: " + fault);
        Check(again!.ToJson().AsSpan().SequenceEqual(written), "what was written is read as something else");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random) => JsonChanges.TryMutate(input, random);
}
