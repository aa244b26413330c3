namespace Conet.Routing.Chain;

/// <summary>
/// Carries one JSON-RPC request (a call or a batch) to a provider and its answer back, within a time and
/// a size. Gives faults for everything that goes wrong; throws only
/// <see cref="OperationCanceledException"/> for the caller's token.
/// </summary>
public interface IJsonRpcTransport : IAsyncDisposable
{
    /// <summary>Host and port, for messages.</summary>
    string Name { get; }

    /// <summary>Sends a request and gives the body of its answer, which the caller then owns.</summary>
    Task<RpcResult<byte[]>> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation);
}
