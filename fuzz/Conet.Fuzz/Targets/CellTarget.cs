using Conet.Fuzz.Core;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>The view of a cell and what is asked of its destination.</summary>
internal sealed class CellTarget : IFuzzTarget
{
    public string Name => "cell";

    public string Summary => "CellView and node addresses; 1160 bytes are a cell and nothing else is";

    public int InputBytesMax => 2 * CellLayout.Size;

    public int UsualBytes => CellLayout.Size;

    public IEnumerable<byte[]> Seeds =>
        [Samples.Pattern(CellLayout.Size, 0), [0, 0, 0, 7, .. new byte[CellLayout.Size - 4]], []];

    public bool Run(ReadOnlySpan<byte> input)
    {
        bool isCell = CellView.TryRead(input, out CellView view);
        Check(isCell == (input.Length == 1160), "the length of a cell was misjudged");
        if (!isCell)
            return false;
        byte[] joined = [.. view.Destination, .. view.Seal];
        Check(input.SequenceEqual(joined), "destination and seal are not the cell");
        Address destination = new(view.Destination);
        uint node = (uint)((input[0] << 24) | (input[1] << 16) | (input[2] << 8) | input[3]);
        bool isOwn = node != 0 && !input[4..20].ContainsAnyExcept((byte)0);
        Check(NodeAddress.NodeOf(destination).Value == node, "another node id");
        Check(NodeAddress.IsOwn(destination) == isOwn, "own address misjudged");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length < CellLayout.DestinationSize)
            return false;
        input.Bytes[random.Below(CellLayout.DestinationSize)..CellLayout.DestinationSize].Clear();
        return true;
    }
}
