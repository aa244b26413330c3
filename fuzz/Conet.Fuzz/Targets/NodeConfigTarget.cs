using System.Text;
using Conet.Fuzz.Core;
using Conet.Host.Node;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>Configuration files of nodes.</summary>
internal sealed class NodeConfigTarget : IFuzzTarget
{
    private const int ErrorCharsMax = 400;

    private static readonly string[] _samples =
    [
        """
        {
          "nodeId": 3,
          "chain": {
            "providers": ["http://127.0.0.1:8545", "https://chain.example/rpc"],
            "chainId": 31337,
            "nodeRegistry": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "routeRegistry": "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359",
            "startBlock": 12
          },
          "listen": "127.0.0.1",
          "clientPort": 40001,
          "nodePort": 40002,
          "signer": { "keystoreFile": "signer.json", "passwordFile": "signer.password" },
          "sealKey": { "secretFile": "seal.key" },
          "httpPort": 40003,
          "workers": 2,
          "stateDirectory": "state",
          "plain": false,
          "limits": { "attachments": 10, "leaseSeconds": 60 }
        }
        """,
        """
        {"chain":{"providers":["http://[::1]:1/"],"chainId":1,
        "nodeRegistry":"0x0000000000000000000000000000000000000001",
        "routeRegistry":"0x0000000000000000000000000000000000000002"},"clientPort":1,"nodePort":2,
        "signer":{"secretFile":"a"},"sealKey":{"secretFile":"b"},"stateDirectory":"c"}
        """,
    ];

    public string Name => "node-config";

    public string Summary =>
        "NodeConfig.TryParse; accepted means written and read back the same, errors are one line";

    public IEnumerable<byte[]> Seeds => _samples.Select(Encoding.UTF8.GetBytes);

    public IEnumerable<byte[]> Tokens =>
    [
        .. JsonChanges.Tokens,
        .. ((string[])["\"nodeId\"", "\"chain\"", "\"providers\"", "\"limits\"", "\"workers\"", "\"plain\"",
            "65536", "\"http://user:pw@h/\"", "\"file:///etc/passwd\"", "\"::1\"", "\"0x7f.1\"", "1.0", "1e2",
            "\u0085", "\"http://\\u0000/\""]).Select(Encoding.UTF8.GetBytes),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        bool accepted = NodeConfig.TryParse(input, out NodeConfig? config, out string error);
        Check(accepted == (config is not null), "a configuration without success, or none with it");
        Check(accepted == (error.Length == 0), "accepted with an error, or refused without");
        if (!accepted)
        {
            Check(error.Length <= ErrorCharsMax, "an error that is too long");
            Check(!error.Any(char.IsControl), "an error that is not one printable line");
            return false;
        }

        string written = config!.ToJson();
        Check(
            NodeConfig.TryParse(Encoding.UTF8.GetBytes(written), out NodeConfig? again, out string fault),
            "what was written is refused: " + fault);
        Check(again!.ToJson() == written, "what was written is read as something else");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random) => JsonChanges.TryMutate(input, random);
}
