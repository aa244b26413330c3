using System.Net.WebSockets;

namespace Conet.Routing.Chain;

/// <summary>Connecting and bounded receiving for the WebSocket transports.</summary>
internal static class WebSocketFraming
{
    private const int FirstBufferSize = 16 << 10;

    public static async Task<ClientWebSocket> ConnectAsync(Uri endpoint, CancellationToken cancellation)
    {
        ClientWebSocket socket = new();
        try
        {
            socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(20);
            if (endpoint.IsLoopback) socket.Options.Proxy = null;
            await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Receives one text message of at most <paramref name="bytesMax"/> bytes.</summary>
    public static async Task<RpcResult<byte[]>> ReceiveAsync(
        ClientWebSocket socket, string name, int bytesMax, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Math.Min(FirstBufferSize, bytesMax)];
        int size = 0;
        while (true)
        {
            if (size == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, bytesMax + 1));
            ValueWebSocketReceiveResult part = await socket
                .ReceiveAsync(buffer.AsMemory(size), cancellation).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
                return RpcResult<byte[]>.Fail(RpcErrorKind.Unreachable, $"{name} closed the connection");
            if (part.MessageType != WebSocketMessageType.Text)
                return RpcResult<byte[]>.Fail(RpcErrorKind.Malformed, $"{name} sent a binary message");
            size += part.Count;
            if (size > bytesMax)
                return RpcResult<byte[]>.Fail(
                    RpcErrorKind.TooLarge, $"{name} answered with more than {bytesMax} bytes");
            if (part.EndOfMessage) return RpcResult<byte[]>.Ok(buffer.AsSpan(0, size).ToArray());
        }
    }
}
