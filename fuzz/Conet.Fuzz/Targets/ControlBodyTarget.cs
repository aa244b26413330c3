using Conet.Fuzz.Core;
using Conet.Wire.Bodies;

namespace Conet.Fuzz.Targets;

/// <summary>Bodies of control. The first byte is the kind, the rest the body.</summary>
internal sealed class ControlBodyTarget : IFuzzTarget
{
    private static readonly BodyKind[] _kinds = [.. Samples.Kinds.Where(kind => !BodyKinds.IsEndToEnd(kind))];

    public string Name => "control-body";

    public string Summary => "every control body of sections 8 and 9; accepted means written again the same";

    public int InputBytesMax => 1024;

    public IEnumerable<byte[]> Seeds => _kinds.Select(kind => (byte[])[(byte)kind, .. Samples.Body(kind)]);

    public bool Run(ReadOnlySpan<byte> input) =>
        !input.IsEmpty && BodyCheck.OfKind((BodyKind)input[0], input[1..]);

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length == 0)
            return false;
        switch (random.Below(3))
        {
            case 0:
                input.Bytes[0] = (byte)random.Pick(_kinds);
                return true;
            case 1:
                input.Set([(byte)random.Pick(_kinds), .. Samples.Body(random.Pick(_kinds))]);
                return true;
            default:
                return TryChangeCount(input, random);
        }
    }

    /// <summary>Makes a list longer or shorter, and its count with it or not.</summary>
    private static bool TryChangeCount(FuzzBuffer input, FuzzRandom random)
    {
        (int countAt, int size) = (BodyKind)input.Bytes[0] switch
        {
            BodyKind.AliasRegister => (21, 32),
            BodyKind.AliasRevoke => (17, 20),
            _ => (0, 0),
        };
        if (countAt == 0 || input.Length <= countAt)
            return false;
        int count = random.Below(50);
        input.Resize(countAt + 1 + (count * size), (byte)random.Next());
        if (!random.OneIn(4))
            input.Bytes[countAt] = (byte)count;
        return true;
    }
}
