namespace Conet.Fuzz.Core;

/// <summary>
/// One parser or state machine under test. Implement this, hand it to <see cref="FuzzRunner"/> or to
/// <see cref="Command.FuzzCommand"/>. A target keeps nothing from one case to the next, so that a case found
/// once is found again alone; the runner calls it from one thread.
/// </summary>
public interface IFuzzTarget
{
    /// <summary>Lower-case name with hyphens; also the name of its folders.</summary>
    string Name { get; }

    /// <summary>What is fuzzed and what is checked, in one line.</summary>
    string Summary { get; }

    /// <summary>Longest input in bytes.</summary>
    int InputBytesMax => 4096;

    /// <summary>The one length that is worth trying most of the time, or 0 if there is none.</summary>
    int UsualBytes => 0;

    /// <summary>Most bytes that one case may allocate.</summary>
    long AllocatedBytesMax => 64L << 20;

    /// <summary>True if a bug was planted: such a target passes only if it is found.</summary>
    bool HasPlantedBug => false;

    /// <summary>Inputs to start from, besides the files in the corpus. The same on every call.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>Byte strings that mean something to the parser.</summary>
    IEnumerable<byte[]> Tokens => [];

    /// <summary>
    /// Runs one case. Any exception that leaves it is a finding; so are a crash, a hang and too much memory.
    /// </summary>
    /// <param name="input">Read-only memory that ends, or begins, at an unmapped page.</param>
    /// <returns>True if the input was accepted; the report shows the share.</returns>
    bool Run(ReadOnlySpan<byte> input);

    /// <summary>Makes one change that knows the format; false if it does not fit this input.</summary>
    bool TryMutate(FuzzBuffer input, FuzzRandom random) => false;

    /// <summary>
    /// Called once after all changes, to make checksums, counts or lengths right again, or, now and then,
    /// not.
    /// </summary>
    void Repair(FuzzBuffer input, FuzzRandom random)
    {
    }
}
