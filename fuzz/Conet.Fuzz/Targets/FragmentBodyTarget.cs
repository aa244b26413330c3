using Conet.Fuzz.Core;
using Conet.Wire.Bodies;

namespace Conet.Fuzz.Targets;

/// <summary>Pieces of long messages.</summary>
internal sealed class FragmentBodyTarget : IFuzzTarget
{
    public string Name => "fragment-body";

    public string Summary => "FragmentBody; accepted means written again the same";

    public int InputBytesMax => 1024;

    public IEnumerable<byte[]> Seeds =>
        [Samples.Body(BodyKind.Fragment), [0, 0, 0, 1, 0, 0, 0, 2, .. new byte[FragmentBody.PieceSize]]];

    public bool Run(ReadOnlySpan<byte> input) => BodyCheck.Fragment(input);
}
