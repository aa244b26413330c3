using System.Net.WebSockets;

namespace Conet.Routing.Chain;

/// <summary>
/// JSON-RPC over one WebSocket, one exchange at a time. The connection is opened when first needed and
/// dropped after any failure, so that a late answer never meets a later question. Thread-safe.
/// </summary>
public sealed class WebSocketTransport : IJsonRpcTransport
{
    private readonly Uri _endpoint;
    private readonly TimeSpan _timeout;
    private readonly int _answerBytesMax;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ClientWebSocket? _socket;

    /// <summary>A transport to one endpoint.</summary>
    /// <param name="endpoint">ws or wss.</param>
    /// <param name="timeout">For one exchange, connection included.</param>
    /// <param name="answerBytesMax">Largest message in bytes.</param>
    /// <exception cref="ArgumentException">The endpoint is not ws or wss.</exception>
    public WebSocketTransport(Uri endpoint, TimeSpan timeout, int answerBytesMax = ChainLimits.AnswerBytesMax)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(answerBytesMax);
        if (!endpoint.IsAbsoluteUri
            || (endpoint.Scheme != Uri.UriSchemeWs && endpoint.Scheme != Uri.UriSchemeWss))
            throw new ArgumentException("A ws or wss address is needed.", nameof(endpoint));
        _endpoint = endpoint;
        _timeout = timeout;
        _answerBytesMax = answerBytesMax;
        Name = endpoint.Authority;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task<RpcResult<byte[]>> SendAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_timeout);
        bool isHeld = false, isClean = false;
        try
        {
            await _turn.WaitAsync(limit.Token).ConfigureAwait(false);
            isHeld = true;
            ClientWebSocket socket = _socket ??= await WebSocketFraming
                .ConnectAsync(_endpoint, limit.Token).ConfigureAwait(false);
            await socket.SendAsync(request, WebSocketMessageType.Text, true, limit.Token)
                .ConfigureAwait(false);
            RpcResult<byte[]> answer = await WebSocketFraming
                .ReceiveAsync(socket, Name, _answerBytesMax, limit.Token).ConfigureAwait(false);
            isClean = answer.IsSuccess;
            return answer;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return TimedOut();
        }
        catch (Exception e) when (e is WebSocketException or IOException or InvalidOperationException)
        {
            // A socket whose time is up may say so as a broken one.
            cancellation.ThrowIfCancellationRequested();
            if (limit.IsCancellationRequested)
                return TimedOut();
            return RpcResult<byte[]>.Fail(RpcErrorKind.Unreachable, $"{Name}: {e.Message}");
        }
        finally
        {
            if (isHeld)
            {
                if (!isClean) Drop();
                _turn.Release();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        Drop();
        _turn.Release();
    }

    private RpcResult<byte[]> TimedOut() => RpcResult<byte[]>.Fail(
        RpcErrorKind.Timeout, $"{Name} did not answer within {_timeout.TotalSeconds:0.###} s");

    private void Drop()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
