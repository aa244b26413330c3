using Conet.Fuzz.Core;
using Conet.Wire.Bodies;

namespace Conet.Fuzz.Targets;

/// <summary>Bodies of messages: options, reply block, content.</summary>
internal sealed class MessageBodyTarget : IFuzzTarget
{
    public string Name => "message-body";

    public string Summary => "MessageBody; accepted means written again the same";

    public int InputBytesMax => 1024;

    public IEnumerable<byte[]> Seeds =>
        [Samples.Body(BodyKind.Message), [0], [0, 1, 2, 3], [1, .. Samples.Body(BodyKind.Message).AsSpan(1)]];

    public bool Run(ReadOnlySpan<byte> input) => BodyCheck.Message(input);
}
