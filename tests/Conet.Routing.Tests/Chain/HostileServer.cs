using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Conet.Routing.Tests.Chain;

/// <summary>
/// One request as a <see cref="HostileServer"/> got it, and the connection to do anything with.
/// </summary>
/// <param name="Body">Body of the POST, or of the WebSocket message.</param>
/// <param name="IsWebSocket">True when answers are frames.</param>
/// <param name="Socket">The connection.</param>
/// <param name="Cancellation">Cancelled when the server ends.</param>
internal sealed record HostileExchange(
    string Body, bool IsWebSocket, Socket Socket, CancellationToken Cancellation)
{
    /// <summary>The id in the request: ours are the first number after "id".</summary>
    public string Id => Body[(Body.IndexOf("\"id\":", StringComparison.Ordinal) + 5)..].Split(',', '}')[0];

    public bool AsksFor(string method) => Body.Contains($"\"{method}\"", StringComparison.Ordinal);

    public async Task SendAsync(byte[] bytes) => await Socket.SendAsync(bytes, Cancellation);

    /// <summary>Sends a whole answer: a 200 with a length, or one text frame.</summary>
    public Task AnswerAsync(string text, string status = "200 OK", string type = "application/json")
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        string head = $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n";
        return SendAsync(IsWebSocket ? Frame(0x81, body) : [.. Encoding.ASCII.GetBytes(head), .. body]);
    }

    public Task AnswerResultAsync(string result) =>
        AnswerAsync($"{{\"jsonrpc\":\"2.0\",\"id\":{Id},\"result\":{result}}}");

    /// <summary>Drops the connection with a reset.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Close();
    }

    public static byte[] Frame(byte first, byte[] body)
    {
        if (body.Length < 126)
            return [first, (byte)body.Length, .. body];
        byte[] size = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt64BigEndian(size, body.Length);
        return [first, 127, .. size, .. body];
    }
}

/// <summary>
/// An HTTP and WebSocket server on loopback that gives every request to a delegate, which answers as badly as
/// it likes.
/// </summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private const int RequestBytesMax = 1 << 20;
    private const int CloseOpcode = 8, PongOpcode = 10;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public HostileServer(Func<HostileExchange, Task> answer)
    {
        Answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What is done with each request; may be replaced.</summary>
    public Func<HostileExchange, Task> Answer { get; set; }

    public Uri Endpoint => new($"http://{_listener.LocalEndpoint}/");

    public Uri WebSocketEndpoint => new($"ws://{_listener.LocalEndpoint}/");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException
            or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        using Socket connection = socket;
        try
        {
            string head = await ReadHeadAsync(connection);
            bool isWebSocket = head.Contains("Sec-WebSocket-Key", StringComparison.OrdinalIgnoreCase);
            if (isWebSocket)
                await ShakeHandsAsync(connection, head);
            while (true)
            {
                string body = isWebSocket
                    ? await ReadFrameAsync(connection)
                    : Encoding.UTF8.GetString(await ReadAsync(connection, Length(head)));
                await Answer(new HostileExchange(body, isWebSocket, connection, _stop.Token));
                if (!isWebSocket)
                    head = await ReadHeadAsync(connection);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException
            or ObjectDisposedException or EndOfStreamException)
        {
            // The other side is gone, or the test is over.
        }
    }

    private async Task ShakeHandsAsync(Socket socket, string head)
    {
        string key = Header(head, "Sec-WebSocket-Key");
        byte[] hash = SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        string answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Accept: {Convert.ToBase64String(hash)}\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(answer), _stop.Token);
    }

    private async Task<string> ReadFrameAsync(Socket socket)
    {
        byte[] start = await ReadAsync(socket, 2);
        if ((start[0] & 0x0F) == CloseOpcode)
            throw new EndOfStreamException();
        int size = start[1] & 0x7F;
        if (size == 126)
        {
            byte[] wide = await ReadAsync(socket, 2);
            size = (wide[0] << 8) + wide[1];
        }

        byte[] mask = await ReadAsync(socket, 4);
        byte[] body = await ReadAsync(socket, size);
        for (int i = 0; i < body.Length; i++)
            body[i] ^= mask[i % 4];
        return (start[0] & 0x0F) == PongOpcode ? await ReadFrameAsync(socket) : Encoding.UTF8.GetString(body);
    }

    private async Task<string> ReadHeadAsync(Socket socket)
    {
        StringBuilder head = new();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append((char)(await ReadAsync(socket, 1))[0]);
        return head.ToString();
    }

    private async Task<byte[]> ReadAsync(Socket socket, int size)
    {
        if (size > RequestBytesMax)
            throw new EndOfStreamException();
        byte[] bytes = new byte[size];
        for (int at = 0; at < size;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(at), _stop.Token);
            if (read == 0)
                throw new EndOfStreamException();
            at += read;
        }

        return bytes;
    }

    private static int Length(string head) =>
        int.Parse(Header(head, "Content-Length"), CultureInfo.InvariantCulture);

    private static string Header(string head, string name)
    {
        string line = head.Split("\r\n").First(
            l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        return line[(name.Length + 1)..].Trim();
    }
}
