using Conet.Fuzz.Core;
using Conet.Wire.Bodies;

namespace Conet.Fuzz.Targets;

/// <summary>Acknowledgements of pieces by bit map.</summary>
internal sealed class FragmentAckTarget : IFuzzTarget
{
    public string Name => "fragment-ack";

    public string Summary => "FragmentAckBody; accepted means canonical and written again the same";

    public int InputBytesMax => 1024;

    public IEnumerable<byte[]> Seeds =>
    [
        Samples.Body(BodyKind.FragmentAck),
        [0, 0, 0, 1, 0, 9, 0, 9],
        [0, 0, 0, 1, 0xFF, 0xFF, 0, 0, .. Samples.Pattern(60, 2)],
    ];

    public bool Run(ReadOnlySpan<byte> input) => BodyCheck.FragmentAck(input);
}
