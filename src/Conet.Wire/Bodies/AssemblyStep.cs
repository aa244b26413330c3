namespace Conet.Wire.Bodies;

/// <summary>What became of a piece given to a <see cref="FragmentAssembler"/>.</summary>
public enum AssemblyStep
{
    /// <summary>It was kept; others are missing.</summary>
    Kept,

    /// <summary>It was there already, or its message is complete.</summary>
    Repeated,

    /// <summary>It was the last one: take the message now.</summary>
    Complete,

    /// <summary>It contradicts the first piece of its message.</summary>
    Malformed,

    /// <summary>The message is longer than this recipient takes.</summary>
    TooLong,

    /// <summary>There is no room for it; the sender will repeat it.</summary>
    NoRoom,
}
