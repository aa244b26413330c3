using Conet.Fuzz.Core;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>The table of local addressees against a dictionary.</summary>
internal sealed class LocalTableTarget : IFuzzTarget
{
    private const int Capacity = 24;

    public string Name => "local-table";

    public string Summary => "orders to a LocalTable against a dictionary";

    public int InputBytesMax => 512;

    public IEnumerable<byte[]> Seeds => [[0, 1, 5, 1, 1, 2, 1], Samples.Pattern(255, 0)];

    public bool Run(ReadOnlySpan<byte> input)
    {
        ByteScript script = new(input);
        LocalTable table = new(Capacity, Samples.Pattern(LocalTable.SeedSize, script.Byte()));
        Dictionary<Address, int> twin = [];
        bool isFull = false;
        Span<byte> bytes = stackalloc byte[Address.Size];
        while (!script.IsAtEnd)
        {
            int order = script.Below(3);
            bytes.Fill((byte)(script.Byte() & 0x3F));
            Address address = new(bytes);
            if (order == 0)
            {
                int handle = script.Byte();
                bool isSet = table.TrySet(bytes, handle);
                bool mustFit = twin.ContainsKey(address) || twin.Count < Capacity;
                Check(isSet == mustFit, "room was misjudged");
                isFull |= !isSet;
                if (isSet)
                    twin[address] = handle;
            }
            else if (order == 1)
            {
                Check(table.Remove(bytes) == twin.Remove(address), "what was removed was not there");
            }

            Check(
                table.Find(bytes) == twin.GetValueOrDefault(address, LocalTable.Absent),
                "another handle was found");
            Check(table.Count == twin.Count, "miscounted");
        }

        foreach ((Address address, int handle) in twin)
        {
            address.CopyTo(bytes);
            Check(table.Find(bytes) == handle, "an address was lost");
        }

        return isFull;
    }
}
