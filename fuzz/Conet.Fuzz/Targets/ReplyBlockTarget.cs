using Conet.Fuzz.Core;
using Conet.Wire.Bodies;

namespace Conet.Fuzz.Targets;

/// <summary>Reply blocks to an alias, and those of probes to a node's own address.</summary>
internal sealed class ReplyBlockTarget : IFuzzTarget
{
    public string Name => "reply-block";

    public string Summary => "ReplyBlock, of clients and of nodes; never both";

    public int InputBytesMax => 128;

    public IEnumerable<byte[]> Seeds => [Samples.Body(BodyKind.Probe), Samples.Body(BodyKind.Message)[1..61]];

    public bool Run(ReadOnlySpan<byte> input) =>
        BodyCheck.ReplyBlockOf(input, ofNode: false) | BodyCheck.ReplyBlockOf(input, ofNode: true);
}
