using System.Net.Http.Headers;

namespace Conet.Routing.Chain;

/// <summary>
/// JSON-RPC over HTTP POST. No redirects, no cookies, no decompression (so sizes on the wire are
/// sizes in memory); the size limit holds while the answer streams in, the time limit for the
/// whole exchange. Thread-safe.
/// </summary>
public sealed class HttpTransport : IJsonRpcTransport
{
    private const int FirstBufferSize = 16 << 10;

    private readonly HttpClient _client;
    private readonly Uri _endpoint;
    private readonly TimeSpan _timeout;
    private readonly int _answerBytesMax;

    /// <summary>A transport to one endpoint.</summary>
    /// <param name="endpoint">http or https.</param>
    /// <param name="timeout">For one exchange, connection included.</param>
    /// <param name="answerBytesMax">Largest answer body in bytes.</param>
    /// <exception cref="ArgumentException">The endpoint is not http or https.</exception>
    public HttpTransport(Uri endpoint, TimeSpan timeout, int answerBytesMax = ChainLimits.AnswerBytesMax)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(answerBytesMax);
        if (!endpoint.IsAbsoluteUri
            || (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException("An http or https address is needed.", nameof(endpoint));
        _endpoint = endpoint;
        _timeout = timeout;
        _answerBytesMax = answerBytesMax;
        Name = endpoint.Authority;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            ConnectTimeout = timeout,
            MaxResponseHeadersLength = 16,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            UseCookies = false,
            UseProxy = !endpoint.IsLoopback,
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task<RpcResult<byte[]>> SendAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_timeout);
        try
        {
            using HttpRequestMessage message = new(HttpMethod.Post, _endpoint);
            message.Content = new ReadOnlyMemoryContent(request);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage response = await _client
                .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token)
                .ConfigureAwait(false);
            RpcResult<byte[]> body = await ReadBodyAsync(response, limit.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode || IsErrorObject(body)
                ? body
                : RpcResult<byte[]>.Fail(new RpcFault(
                    RpcErrorKind.Rejected, $"HTTP status {(int)response.StatusCode}",
                    (int)response.StatusCode));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return RpcResult<byte[]>.Fail(
                RpcErrorKind.Timeout, $"{Name} did not answer within {_timeout.TotalSeconds:0.###} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            return RpcResult<byte[]>.Fail(RpcErrorKind.Unreachable, $"{Name}: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<RpcResult<byte[]>> ReadBodyAsync(
        HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > _answerBytesMax) return TooLarge();
        Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] buffer = new byte[Math.Min(FirstBufferSize, _answerBytesMax)];
            int size = 0;
            while (true)
            {
                // One byte beyond the limit is asked for, so that a body of exactly the
                // limit is told from a larger.
                if (size == buffer.Length)
                    Array.Resize(ref buffer, Math.Min(buffer.Length * 2, _answerBytesMax + 1));
                int read = await stream.ReadAsync(buffer.AsMemory(size), cancellation).ConfigureAwait(false);
                if (read == 0) return RpcResult<byte[]>.Ok(buffer.AsSpan(0, size).ToArray());
                size += read;
                if (size > _answerBytesMax) return TooLarge();
            }
        }
    }

    // Some nodes send a JSON-RPC error with an HTTP error status; it says more than the status does.
    private static bool IsErrorObject(RpcResult<byte[]> body) =>
        body.IsSuccess && JsonRpcAnswer.IsRefusal(body.Value);

    private RpcResult<byte[]> TooLarge() =>
        RpcResult<byte[]>.Fail(
            RpcErrorKind.TooLarge, $"{Name} answered with more than {_answerBytesMax} bytes");
}
