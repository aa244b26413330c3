using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Events of the registries against the general ABI decoder. The input is a byte that chooses the event, the
/// indexed topic and the data.
/// </summary>
internal sealed class RegistryEventTarget : IFuzzTarget
{
    public const string NodeArguments =
        "(uint64,(address,address,bytes32,bytes32,bytes16,uint16,uint16,bytes32,uint32,uint8,uint128))";

    private const int HeaderSize = 1 + Bytes32.Size;

    private static readonly AbiType _nodeArguments = AbiType.Parse(NodeArguments);

    private static readonly AbiType _routeArguments = AbiType.Parse(
        "(uint64,bytes32,uint256,bytes32,bytes32)");

    private static readonly byte[] _wallet = [.. new byte[12], .. Samples.Pattern(20, 1)];

    public string Name => "registry-event";

    public string Summary =>
        "RegistryEvent against the general ABI decoder; accepted means written again the same";

    public int InputBytesMax => 1024;

    public IEnumerable<byte[]> Seeds =>
    [
        [0, .. new byte[28], 0, 0, 0, 7, .. new byte[31], 1, .. RegistrySamples.NodeWords()],
        [1, .. _wallet, .. new byte[31], 1, .. RegistrySamples.RouteWords(isLive: true)],
        [1, .. _wallet, .. new byte[31], 2, .. RegistrySamples.RouteWords(isLive: false)],
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < HeaderSize)
            return false;
        bool isNode = (input[0] & 1) == 0;
        Bytes32[] topics =
            [isNode ? NodeChanged.Topic : RouteChanged.Topic, new Bytes32(input[1..HeaderSize])];
        ReadOnlySpan<byte> data = input[HeaderSize..];
        bool accepted = RegistryEvent.TryRead(topics, data, out RegistryEvent? change, out AbiError error);
        Check(accepted == (error == AbiError.None), "accepted with an error, or refused without");
        if (!accepted)
            return false;
        Check(
            AbiDecoder.TryDecode(isNode ? _nodeArguments : _routeArguments, data, out _, out _),
            "the general decoder refuses what was accepted");
        byte[] again = change switch
        {
            NodeChanged node => RegistrySamples.Encode(node.Sequence, node.Node),
            RouteChanged route => RegistrySamples.Encode(route.Sequence, route.Route, route.Signature),
            _ => [],
        };
        Check(data.SequenceEqual(again), "what was accepted is not what would be written");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        int words = (input.Length - 1) / AbiType.WordSize;
        if (words == 0)
            return false;
        int at = 1 + (random.Below(words) * AbiType.WordSize);
        Span<byte> word = input.Bytes.Slice(at, AbiType.WordSize);
        switch (random.Below(4))
        {
            case 0: word.Clear(); break;
            case 1: word[..random.Below(AbiType.WordSize)].Clear(); break;
            case 2: word[random.Below(AbiType.WordSize)] ^= (byte)(1 << random.Below(8)); break;
            default: random.Fill(word[random.Below(AbiType.WordSize)..]); break;
        }

        return true;
    }
}
