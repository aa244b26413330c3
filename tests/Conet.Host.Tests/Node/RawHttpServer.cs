using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Conet.Host.Tests.Node;

/// <summary>A server that answers each connection as a test says, byte for byte.</summary>
internal sealed class RawHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private int _connections;

    /// <summary>Starts it.</summary>
    /// <param name="answer">
    /// Given the request's head, the number of the connection, and where to write.
    /// </param>
    public RawHttpServer(Func<string, int, Stream, CancellationToken, Task> answer)
    {
        _listener.Start();
        _serving = Task.Run(() => ServeAsync(answer));
    }

    public int Connections => Volatile.Read(ref _connections);

    public Uri Uri => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/snapshot");

    /// <summary>Where a range begins.</summary>
    public static int From(string request)
    {
        int at = request.IndexOf("bytes=", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : int.Parse(request[(at + 6)..].Split('-')[0], null);
    }

    public static byte[] Head(string status, params string[] headers) =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n");

    /// <summary>The head of an answer that gives the rest of a file.</summary>
    public static byte[] PartHead(byte[] file, int from) => Head(
        "206 Partial Content", "Connection: close", $"Content-Length: {file.Length - from}",
        $"Content-Range: bytes {from}-{file.Length - 1}/{file.Length}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync(Func<string, int, Stream, CancellationToken, Task> answer)
    {
        List<Task> answers = [];
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                answers.Add(AnswerAsync(client, Interlocked.Increment(ref _connections), answer));
            }
        }
        catch (Exception e) when (
            e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(answers);
        }
    }

    private async Task AnswerAsync(
        TcpClient client, int number, Func<string, int, Stream, CancellationToken, Task> answer)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                StringBuilder request = new();
                byte[] buffer = new byte[4_096];
                while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    int read = await stream.ReadAsync(buffer, _stop.Token);
                    if (read == 0)
                        return;
                    request.Append(Encoding.ASCII.GetString(buffer, 0, read));
                }

                await answer(request.ToString(), number, stream, _stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The other side has gone, or the test is over.
            }
        }
    }
}
