using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;

namespace Conet.Client;

/// <summary>
/// A directory for who mirrors nothing: asks nodes for all routes under a prefix, at least
/// <see cref="BucketLimits.RecordsMin"/>, and believes a route when its words are proved against a block of
/// the header source and its wallet signed it. A node learns a prefix, a provider a block number. The size of
/// the table, by which the prefix is chosen, is the least that two nodes say. <see cref="TryGetRoute"/>
/// answers from what was looked up before. Any thread.
/// </summary>
public sealed class ThinDirectory : IDirectory
{
    private readonly ThinOptions _options;
    private readonly RouteTypedData _typedData;
    private readonly Dictionary<uint, NodeInfo> _nodes;
    private readonly Lock _gate = new();
    private readonly List<RouteBucket> _buckets = [];
    private readonly Dictionary<Address, uint> _epochs = [];
    private (ulong Records, ulong AtSeconds)? _size;

    /// <summary>Makes a directory that knows no route yet.</summary>
    public ThinDirectory(ThinOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.BitsMax, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            options.BitsMax, AddressPrefix.BitsMax, nameof(options));
        _options = options;
        _typedData = new RouteTypedData(options.Network.ChainId, options.Network.RouteRegistry);
        _nodes = options.Nodes.ToDictionary(node => node.Id.Value);
    }

    /// <inheritdoc/>
    public IReadOnlyList<NodeInfo> Nodes => _options.Nodes;

    /// <inheritdoc/>
    public bool TryGetNode(NodeId id, [NotNullWhen(true)] out NodeInfo? node) =>
        _nodes.TryGetValue(id.Value, out node);

    /// <inheritdoc/>
    public bool TryGetRoute(in Address wallet, [NotNullWhen(true)] out RouteInfo? route)
    {
        lock (_gate)
        {
            foreach (RouteBucket bucket in _buckets)
            {
                if (IsFresh(bucket, _options.AgeSecondsMax) && TryTake(bucket, wallet, out route, out _))
                    return true;
            }
        }

        route = null;
        return false;
    }

    /// <summary>Finds a wallet's route, asking nodes unless a fresh bucket is here.</summary>
    /// <param name="source">Asks them.</param>
    /// <param name="wallet">Never leaves this machine but for the bits of its prefix.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<ThinLookup> LookUpAsync(IBucketSource source, Address wallet, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (TryGetFresh(wallet, out RouteInfo? known))
            return new ThinLookup(ThinOutcome.Found, known, []);
        List<string> problems = [];
        NodeId[] nodes = [.. _options.Nodes.Select(node => node.Id)];
        RandomNumberGenerator.Shuffle(nodes.AsSpan());
        Dictionary<NodeId, BucketFetch> whole = [];
        if (await SizeAsync(source, nodes, whole, problems, ct).ConfigureAwait(false) is not { } records)
            return new ThinLookup(ThinOutcome.Failed, null, problems);
        AddressPrefix prefix = AddressPrefix.Of(
            wallet, Math.Min(_options.BitsMax, RouteBucket.BitsFor(records)));
        bool wasAbsent = false;
        RouteInfo? unsigned = null;
        foreach (NodeId node in nodes.Take(ClientLimits.BucketNodesMax))
        {
            if (prefix.Bits > 0 || !whole.TryGetValue(node, out BucketFetch? fetch))
                fetch = await source.FetchAsync(node, prefix, ct).ConfigureAwait(false);
            (RouteBucket? bucket, string problem) =
                await VerifyAsync(fetch, prefix, ct).ConfigureAwait(false);
            RouteInfo? route = null;
            if (bucket is not null && TryKeep(bucket, wallet, out route, out problem))
            {
                if (route.IsSigned)
                    return new ThinLookup(ThinOutcome.Found, route, problems);
                problem = "gave the route without a signature of the wallet";
            }

            unsigned ??= route;
            wasAbsent |= bucket is not null && problem.Length == 0;
            if (problem.Length > 0)
                problems.Add($"node {node.Value} {problem}");
        }

        return unsigned is not null
            ? new ThinLookup(ThinOutcome.Found, unsigned, problems)
            : new ThinLookup(wasAbsent ? ThinOutcome.NotKnown : ThinOutcome.Failed, null, problems);
    }

    private bool TryGetFresh(in Address wallet, [NotNullWhen(true)] out RouteInfo? route)
    {
        lock (_gate)
        {
            foreach (RouteBucket bucket in _buckets)
            {
                if (IsFresh(bucket, ClientLimits.BucketFreshSeconds)
                    && TryTake(bucket, wallet, out route, out _) && route.IsSigned)
                    return true;
            }
        }

        route = null;
        return false;
    }

    /// <summary>
    /// The least size that two nodes say, or the only one; each is asked for the whole table, which names
    /// nothing. A small table comes at once.
    /// </summary>
    private async Task<ulong?> SizeAsync(
        IBucketSource source,
        NodeId[] nodes,
        Dictionary<NodeId, BucketFetch> whole,
        List<string> problems,
        CancellationToken ct)
    {
        ulong now = NowSeconds();
        lock (_gate)
        {
            if (_size is { } known && now < known.AtSeconds + ClientLimits.BucketSizeSeconds)
                return known.Records;
        }

        int needed = Math.Min(nodes.Length, ClientLimits.BucketSizeNodes);
        List<ulong> sizes = [];
        foreach (NodeId node in nodes)
        {
            if (sizes.Count == needed)
                break;
            BucketFetch fetch = await source.FetchAsync(node, default, ct).ConfigureAwait(false);
            whole[node] = fetch;
            if (fetch.State is BucketState.Ready or BucketState.TooMany)
                sizes.Add(fetch.TableRecords);
            else
                problems.Add($"node {node.Value} {Reason(fetch)}");
        }

        if (sizes.Count < needed || needed == 0)
            return null;
        lock (_gate)
            _size = (sizes.Min(), now);
        return sizes.Min();
    }

    private async Task<(RouteBucket? Bucket, string Problem)> VerifyAsync(
        BucketFetch fetch, AddressPrefix prefix, CancellationToken ct)
    {
        if (fetch.State != BucketState.Ready)
            return (null, Reason(fetch));
        BucketProblem problem = ReceivedBucket.TryRead(
            fetch.Content.Span, _options.Network.ChainId, _options.Network.RouteRegistry, prefix,
            out ReceivedBucket? received);
        if (problem != BucketProblem.None)
            return (null, $"gave a bucket that is refused: {problem}");
        BlockHeader? header = await _options.Headers.GetAsync(received!.Head.BlockNumber, ct)
            .ConfigureAwait(false);
        if (header is null)
            return (null, $"gave a bucket of block {received.Head.BlockNumber}, which no quorum knows");
        problem = received.TryVerify(
            header, NowSeconds(), _options.AgeSecondsMax, out RouteBucket? bucket);
        return (bucket, problem == BucketProblem.None
            ? string.Empty
            : $"gave a bucket that is refused: {problem}");
    }

    private bool TryKeep(
        RouteBucket bucket, in Address wallet, [NotNullWhen(true)] out RouteInfo? route, out string problem)
    {
        lock (_gate)
        {
            _buckets.RemoveAll(kept => kept.Head.Prefix == bucket.Head.Prefix
                && kept.Head.BlockNumber <= bucket.Head.BlockNumber);
            _buckets.Insert(0, bucket);
            if (_buckets.Count > ClientLimits.BucketsKeptMax)
                _buckets.RemoveAt(_buckets.Count - 1);
            return TryTake(bucket, wallet, out route, out problem);
        }
    }

    /// <summary>
    /// The route of a wallet in a bucket that is proved, if it is in force, properly signed or unsigned, and
    /// not older than one that was seen.
    /// </summary>
    private bool TryTake(
        RouteBucket bucket, in Address wallet, [NotNullWhen(true)] out RouteInfo? route, out string problem)
    {
        route = null;
        problem = string.Empty;
        if (!bucket.TryGet(wallet, out BucketRecord record))
            return false;
        PackedRoute packed = record.Route.Packed;
        if (packed.ExpiresUnixSeconds <= Math.Max(bucket.Head.BlockTimeSeconds, NowSeconds()))
            return false;
        bool isSigned = !record.Signature.IsUnsigned
            && _typedData.VerifyRoute(wallet, record.Route.Prekey, packed, record.Signature);
        if (!isSigned && !record.Signature.IsUnsigned)
        {
            problem = "gave the route with a signature that is not the wallet's";
            return false;
        }

        if (packed.Epoch < _epochs.GetValueOrDefault(wallet))
        {
            problem = "gave an older route than is known";
            return false;
        }

        if (_epochs.Count >= ClientLimits.BucketEpochsMax)
            _epochs.Clear();
        _epochs[wallet] = packed.Epoch;
        NodeId[] homes = [packed.Home0, packed.Home1, packed.Home2];
        route = new RouteInfo(
            wallet, record.Route.Prekey.ToArray(), packed.Suite, packed.Epoch, packed.ExpiresUnixSeconds,
            homes[..packed.HomeCount], isSigned);
        return true;
    }

    private static string Reason(BucketFetch fetch) => fetch.Problem.Length > 0
        ? $"gave no bucket: {fetch.Problem}"
        : fetch.State switch
        {
            BucketState.Busy => "is busy",
            BucketState.TooMany => "says that too many routes lie under the prefix",
            _ => "has no buckets now",
        };

    private bool IsFresh(RouteBucket bucket, ulong seconds) =>
        NowSeconds() <= bucket.Head.BlockTimeSeconds + seconds;

    private ulong NowSeconds() => (ulong)_options.Time.GetUtcNow().ToUnixTimeSeconds();
}
