using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Conet.Fuzz.Core;

namespace Conet.Fuzz.Targets;

/// <summary>The planted bugs, one for each thing the fuzzer must notice.</summary>
internal enum CanaryBug
{
    /// <summary>Reads the byte after the input.</summary>
    Overread,

    /// <summary>Lets an exception out.</summary>
    Throw,

    /// <summary>Never returns.</summary>
    Hang,

    /// <summary>Takes as much memory as four bytes of the input say.</summary>
    Allocate,

    /// <summary>Gives a wrong result, which the comparison with a slow twin must show.</summary>
    Misjudge,
}

/// <summary>
/// A parser with a planted bug that is reached only through a magic word, a record type and a length that
/// lies: a fuzzer that does not find it is broken. The format: "CNRY", type (1), length (2), that many bytes.
/// </summary>
internal sealed class Canary(CanaryBug bug) : IFuzzTarget
{
    private const int HeaderSize = 7;
    private const byte BadType = 9;

    public string Name => "canary-" + bug.ToString().ToLowerInvariant();

    public string Summary => "a planted bug that must be found: " + bug switch
    {
        CanaryBug.Overread => "one byte is read beyond the input",
        CanaryBug.Throw => "an exception escapes",
        CanaryBug.Hang => "a loop that does not end",
        CanaryBug.Allocate => "memory as the input wishes",
        _ => "a sum that is wrong for one type",
    };

    public int InputBytesMax => 64;

    public bool HasPlantedBug => true;

    public IEnumerable<byte[]> Seeds => [[0, 0, 0, 0, BadType, 0, 5, 1, 2, 3, 4, 5]];

    public IEnumerable<byte[]> Tokens => ["CNRY"u8.ToArray()];

    public bool Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < HeaderSize || !input.StartsWith("CNRY"u8))
            return false;
        int length = (input[5] << 8) | input[6];
        ReadOnlySpan<byte> content = input[HeaderSize..];
        bool isLie = length == content.Length + 1;
        if (input[4] != BadType || !isLie)
            return length == content.Length;
        return bug switch
        {
            CanaryBug.Overread => Beyond(content) > 0,
            CanaryBug.Throw => content[content.Length] > 0,
            CanaryBug.Hang => Forever(length),
            CanaryBug.Allocate => new byte[128 << 20].Length > length,
            _ => throw new FuzzOracleException("the slow twin judges otherwise"),
        };
    }

    private static byte Beyond(ReadOnlySpan<byte> content) =>
        Unsafe.Add(ref MemoryMarshal.GetReference(content), content.Length);

    private static bool Forever(int length)
    {
        int turns = 0;
        while (length >= 0)
            turns++;
        return turns > 0;
    }
}
