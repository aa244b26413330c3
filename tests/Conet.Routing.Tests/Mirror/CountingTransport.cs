using System.Text;
using System.Text.RegularExpressions;
using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Mirror;

/// <summary>Counts the calls of each method, and changes answers on demand.</summary>
internal sealed class CountingTransport(IJsonRpcTransport inner) : IJsonRpcTransport
{
    private readonly Dictionary<string, int> _calls = [];

    public string Name => inner.Name;

    /// <summary>Given request and answer, gives the answer to pass on.</summary>
    public Func<string, string, string>? Change { get; set; }

    public int Calls(string method)
    {
        lock (_calls)
            return _calls.GetValueOrDefault(method);
    }

    public async Task<RpcResult<byte[]>> SendAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        string text = Encoding.UTF8.GetString(request.Span);
        lock (_calls)
        {
            foreach (Match call in Regex.Matches(text, "\"method\":\"(\\w+)\""))
                _calls[call.Groups[1].Value] = _calls.GetValueOrDefault(call.Groups[1].Value) + 1;
        }

        RpcResult<byte[]> answer = await inner.SendAsync(request, cancellation);
        if (Change is null || !answer.IsSuccess)
            return answer;
        string changed = Change(text, Encoding.UTF8.GetString(answer.Value));
        return RpcResult<byte[]>.Ok(Encoding.UTF8.GetBytes(changed));
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
