using Conet.Fuzz.Core;
using Conet.Wire.Bodies;

namespace Conet.Fuzz.Targets;

/// <summary>Receipts.</summary>
internal sealed class ReceiptBodyTarget : IFuzzTarget
{
    public string Name => "receipt-body";

    public string Summary => "ReceiptBody; accepted means written again the same";

    public int InputBytesMax => 128;

    public IEnumerable<byte[]> Seeds => [Samples.Body(BodyKind.Receipt)];

    public bool Run(ReadOnlySpan<byte> input) => BodyCheck.Receipt(input);
}
