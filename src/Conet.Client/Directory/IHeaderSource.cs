using Conet.Routing.Chain;

namespace Conet.Client;

/// <summary>
/// Where a thin client has block headers from: what it says is what proofs are checked against, so it is all
/// the trust there is. Any thread.
/// </summary>
public interface IHeaderSource
{
    /// <summary>The canonical block of a number; null if it cannot be told.</summary>
    Task<BlockHeader?> GetAsync(ulong number, CancellationToken ct);
}
