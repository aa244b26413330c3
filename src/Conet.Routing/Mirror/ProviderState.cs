namespace Conet.Routing.Mirror;

/// <summary>Whether a mirror asks a provider.</summary>
public enum ProviderState
{
    /// <summary>It is asked.</summary>
    InUse = 0,

    /// <summary>It failed, and is not asked for a while; then once, and again if that succeeds.</summary>
    Resting,

    /// <summary>It serves another chain; it is looked at again from time to time.</summary>
    WrongChain,
}
