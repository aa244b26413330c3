namespace Conet.Routing.Mirror;

/// <summary>Kinds of notes about a provider; each kind is noted on its own.</summary>
internal enum ProviderTrouble
{
    /// <summary>No answer, or none that can be used.</summary>
    Failure = 0,

    /// <summary>Something proved it wrong.</summary>
    Lie,

    /// <summary>It names another block than most do.</summary>
    Fork,

    /// <summary>It stays behind the others.</summary>
    Behind,

    /// <summary>It refuses a range of logs, or cuts its answers.</summary>
    Range,

    /// <summary>It cannot prove storage.</summary>
    Proof,
}
