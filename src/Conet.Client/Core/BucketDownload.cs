using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Sealing;

namespace Conet.Client.Core;

/// <summary>
/// The client's side of one bucket (docs/SPEC.md, section 8.1): asks until it is ready, fetches its pieces a
/// window at a time, asks again for what is missing. Memory is taken once the size was found allowed. What is
/// in the content is for others to judge. Owns no clock, cell or key; one thread.
/// </summary>
internal sealed class BucketDownload(AddressPrefix asked, ulong startMs)
{
    private const int RequestsRemembered = 8;
    private const int RestartsMax = 3;

    private readonly Queue<MessageId> _requests = new();
    private readonly byte[] _hash = new byte[BucketStateBody.HashSize];
    private byte[]? _content;
    private bool[] _arrived = [];
    private AddressPrefix _prefix;
    private ulong _tableRecords;
    private ulong _dueMs;
    private int _lowest;
    private int _missing;
    private int _restarts;
    private bool _isEnded;

    /// <summary>Completes with the content, or with why there is none.</summary>
    public TaskCompletionSource<BucketFetch> Done { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The request that is due now, if one is.</summary>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    /// <param name="token">Token of the attachment.</param>
    /// <param name="body">At least 38 bytes.</param>
    /// <param name="kind">What to send.</param>
    /// <param name="length">Bytes of its body.</param>
    public bool TryNext(
        ulong nowMs, AttachToken token, Span<byte> body, out BodyKind kind, out int length)
    {
        kind = default;
        length = 0;
        if (_isEnded || nowMs < _dueMs)
            return false;
        if (nowMs > startMs + ClientLimits.BucketMs)
        {
            End(BucketState.NotAvailable, "the node did not give all of it in time");
            return false;
        }

        if (_content is null)
        {
            kind = BodyKind.BucketAsk;
            length = new BucketAskBody(token, asked).Write(body);
            _dueMs = nowMs + ClientLimits.ControlRepeatMs;
            return true;
        }

        kind = BodyKind.BucketFetch;
        length = BucketFetchBody.Write(token, _hash, _lowest, Window(), body);
        _dueMs = nowMs + ClientLimits.BucketRepeatMs;
        return true;
    }

    /// <summary>The id under which the request went out.</summary>
    public void NoteSent(MessageId id)
    {
        _requests.Enqueue(id);
        while (_requests.Count > RequestsRemembered)
            _requests.Dequeue();
    }

    /// <summary>Takes how the bucket stands. False if it was not asked for.</summary>
    public bool OnState(in BucketStateBody body, ulong nowMs)
    {
        if (_isEnded || !_requests.Contains(body.RequestId))
            return false;
        if (_content is not null)
            return OnGone(body.State, nowMs);
        _tableRecords = body.TableRecords;
        switch (body.State)
        {
            case BucketState.Ready:
                Begin(body, nowMs);
                break;
            case BucketState.BeingMade:
                _dueMs = nowMs + Math.Clamp(body.RetryMs, 100u, 10_000u);
                break;
            default:
                End(body.State, string.Empty);
                break;
        }

        return true;
    }

    /// <summary>Takes a piece. False if it was not asked for or is no piece of this content.</summary>
    public bool OnPiece(in BucketPieceBody body, ulong nowMs)
    {
        if (_isEnded || _content is null || !_requests.Contains(body.RequestId)
            || body.Index >= _arrived.Length)
            return false;
        int at = body.Index * BucketPieceBody.PieceSize;
        if (body.Piece.Length != Math.Min(BucketPieceBody.PieceSize, _content.Length - at))
            return false;
        if (_arrived[body.Index])
            return true;
        body.Piece.CopyTo(_content.AsSpan(at));
        _arrived[body.Index] = true;
        _missing--;
        _dueMs = nowMs + ClientLimits.BucketRepeatMs;
        if (_missing == 0)
            Finish();
        else if (Window() == 0)
        {
            Advance();
            _dueMs = nowMs;
        }

        return true;
    }

    private void Begin(in BucketStateBody body, ulong nowMs)
    {
        bool isLarge = body.Records >= BucketLimits.RecordsMin || body.Prefix.Bits == 0;
        if (!body.Prefix.Contains(asked) || !isLarge || body.Records > BucketLimits.RecordsMax
            || body.ContentBytes is 0 or > BucketLimits.ContentBytesMax)
        {
            End(BucketState.NotAvailable, "the node offered what does not answer the question");
            return;
        }

        _prefix = body.Prefix;
        body.ContentHash.CopyTo(_hash);
        _content = new byte[body.ContentBytes];
        _arrived = new bool[BucketPieceBody.CountFor(_content.Length)];
        _missing = _arrived.Length;
        _lowest = 0;
        _dueMs = nowMs;
    }

    /// <summary>The node keeps that content no longer: begin again with what it has now.</summary>
    private bool OnGone(BucketState state, ulong nowMs)
    {
        if (state != BucketState.NotAvailable)
            return true;
        _content = null;
        _dueMs = nowMs;
        if (++_restarts > RestartsMax)
            End(BucketState.NotAvailable, "the node took the content back again and again");
        return true;
    }

    /// <summary>Missing pieces of the window that begins at the lowest missing one.</summary>
    private uint Window()
    {
        uint wanted = 0;
        for (int i = 0; i < BucketFetchBody.PiecesMax && _lowest + i < _arrived.Length; i++)
            wanted |= _arrived[_lowest + i] ? 0 : 1u << i;
        return wanted;
    }

    private void Advance()
    {
        while (_lowest < _arrived.Length && _arrived[_lowest])
            _lowest++;
    }

    private void Finish()
    {
        if (!Keccak256.Hash(_content).AsSpan().SequenceEqual(_hash))
        {
            End(BucketState.NotAvailable, "the pieces are not those of the content that was offered");
            return;
        }

        _isEnded = true;
        Done.TrySetResult(
            new BucketFetch(BucketState.Ready, _tableRecords, _prefix, _content, string.Empty));
    }

    private void End(BucketState state, string problem)
    {
        _isEnded = true;
        Done.TrySetResult(new BucketFetch(state, _tableRecords, asked, default, problem));
    }
}
