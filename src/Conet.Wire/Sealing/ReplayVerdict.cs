namespace Conet.Wire.Sealing;

/// <summary>What a <see cref="ReplayMemory"/> says of a message.</summary>
public enum ReplayVerdict
{
    /// <summary>Never seen; it is remembered now and may be delivered.</summary>
    Fresh,

    /// <summary>Seen before: deliver nothing, at most acknowledge again.</summary>
    Seen,

    /// <summary>It cannot be told, or there is no room for it: drop it.</summary>
    Refused,
}
