using Conet.Routing.Chain;

namespace Conet.Client;

/// <summary>
/// Headers that enough chain providers agree on: hash, parent, time and state root alike. They are asked for
/// a number alone and learn no wallet and no prefix. As good as the quorum: it holds unless so many of the
/// providers tell one lie. Any thread.
/// </summary>
public sealed class ProviderHeaders : IHeaderSource
{
    private readonly IReadOnlyList<IChainProvider> _providers;

    /// <summary>Makes a source.</summary>
    /// <param name="providers">One or more; they stay the caller's.</param>
    /// <param name="quorum">How many must agree; null for more than half.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quorum is 0 or more than there are.</exception>
    public ProviderHeaders(IReadOnlyList<IChainProvider> providers, int? quorum = null)
    {
        ArgumentNullException.ThrowIfNull(providers);
        _providers = providers;
        Quorum = quorum ?? ((providers.Count / 2) + 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Quorum, 1, nameof(quorum));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Quorum, providers.Count, nameof(quorum));
    }

    /// <summary>How many must agree.</summary>
    public int Quorum { get; }

    /// <inheritdoc/>
    public async Task<BlockHeader?> GetAsync(ulong number, CancellationToken ct)
    {
        RpcResult<BlockHeader?>[] answers = await Task.WhenAll(
            _providers.Select(provider => provider.GetBlockAsync(BlockId.Number(number), ct)))
            .ConfigureAwait(false);
        return answers.Where(answer => answer.IsSuccess && answer.Value is not null)
            .Select(answer => answer.Value!)
            .Where(header => header.Number == number)
            .GroupBy(header =>
                (header.Hash, header.ParentHash, header.TimestampSeconds, header.StateRoot))
            .FirstOrDefault(group => group.Count() >= Quorum)?.First();
    }
}
