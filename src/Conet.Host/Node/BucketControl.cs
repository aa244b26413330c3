using Conet.Wire.Bodies.Control;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Host.Node;

/// <summary>
/// Answers thin clients (docs/SPEC.md, section 8.1): how a bucket stands, and its pieces, at a pace for each
/// source prefix and one for the node. A state machine without I/O: time and store are given. One thread.
/// </summary>
internal sealed class BucketControl
{
    private readonly IBucketStore? _store;
    private readonly ControlGate _pace;
    private readonly ControlBudget _budget = new(
        HostLimits.BucketPiecesPerSecond, HostLimits.BucketPiecesBurst);

    /// <summary>Makes it.</summary>
    /// <param name="store">The buckets, or null where none are made.</param>
    /// <param name="seed">32 random bytes.</param>
    public BucketControl(IBucketStore? store, ReadOnlySpan<byte> seed)
    {
        _store = store;
        _pace = new ControlGate(
            HostLimits.BucketPiecesPerPrefixSecond,
            HostLimits.BucketPiecesPerPrefixBurst,
            HostLimits.BucketPrefixesMax,
            seed);
    }

    /// <summary>Writes how the bucket that was asked for stands.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="ask">What it asks.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="body">Receives 82 bytes.</param>
    public int Answer(MessageId requestId, in BucketAskBody ask, in UdpEndpoint source, Span<byte> body)
    {
        BucketStanding standing = _store?.Ask(ask.Prefix, ControlGate.PrefixOf(source))
            ?? new BucketStanding(BucketState.NotAvailable, 0, ask.Prefix, 0, 0, default, 0);
        return new BucketStateBody
        {
            RequestId = requestId,
            State = standing.State,
            RetryMs = standing.State is BucketState.Ready or BucketState.TooMany
                ? 0
                : (uint)HostLimits.BucketRetryMilliseconds,
            TableRecords = standing.TableRecords,
            Prefix = standing.Prefix,
            Records = (uint)standing.Records,
            ContentBytes = (uint)standing.ContentBytes,
            ContentHash = standing.ContentHash.Span,
            BlockNumber = standing.BlockNumber,
        }.Write(body);
    }

    /// <summary>The content that a fetch is about. False if it is not kept.</summary>
    public bool TryGetContent(in BucketFetchBody fetch, out ReadOnlyMemory<byte> content)
    {
        content = default;
        return _store is not null && _store.TryGetContent(fetch.ContentId, out content);
    }

    /// <summary>Whether one more piece may go to a source now; takes its place if so.</summary>
    public bool TryTakePiece(in UdpEndpoint source, long nowMs) =>
        _pace.TryPass(source, nowMs) && _budget.TryTake(nowMs);

    /// <summary>Writes that a content is not kept (any more).</summary>
    public static int WriteGone(MessageId requestId, Span<byte> body) =>
        new BucketStateBody { RequestId = requestId, State = BucketState.NotAvailable }.Write(body);
}
