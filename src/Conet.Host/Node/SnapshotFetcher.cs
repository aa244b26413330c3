using System.Net;
using System.Net.Http.Headers;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;

namespace Conet.Host.Node;

/// <summary>
/// Fetches a stranger's snapshot over HTTP and proves it. The server is not trusted in anything: what it says
/// is first held against the chain, then fetched up to the length that follows from that and no byte more, in
/// as many connections as it takes, each cut off when it stalls; then proved. What was fetched stays on disk,
/// so that the next start goes on where this one ended.
/// </summary>
public sealed class SnapshotFetcher : IDisposable
{
    private readonly MirrorOptions _options;
    private readonly IReadOnlyList<IChainProvider> _providers;
    private readonly string _path;
    private readonly Action<string> _progress;
    private readonly HttpClient _client;

    /// <summary>A fetcher to one file.</summary>
    /// <param name="options">Chain and registries.</param>
    /// <param name="providers">Of this node: what they agree on is what is proved against.</param>
    /// <param name="path">Where a proved snapshot is put; what is not yet whole lies beside it.</param>
    /// <param name="progress">Told, in one line, how far it is; on any thread.</param>
    public SnapshotFetcher(
        MirrorOptions options, IReadOnlyList<IChainProvider> providers, string path, Action<string> progress)
    {
        _options = options;
        _providers = providers;
        _path = path;
        _progress = progress;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(HostLimits.SnapshotStallSeconds),
            MaxResponseHeadersLength = HostLimits.HttpRequestBytesMax / 1024,
            UseCookies = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Time in which a server must give what the least rate would.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(HostLimits.SnapshotStallSeconds);

    private string PartPath => _path + ".part";

    /// <summary>Fetches from one address and proves it.</summary>
    /// <param name="source">http or https.</param>
    /// <param name="tableSecret">32 bytes from a secure generator, for the trie.</param>
    /// <param name="cancellation">Ends it; what was fetched stays.</param>
    /// <returns>The table, or null and the reason in one line.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<(MirrorSnapshot? Snapshot, string Problem)> FetchAsync(
        Uri source, ReadOnlyMemory<byte> tableSecret, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            (byte[] start, EntityTagHeaderValue? tag) =
                await FetchHeaderAsync(source, cancellation).ConfigureAwait(false);
            SharedSnapshotProblem problem = SharedSnapshotHeader.TryRead(
                start, _options, out SharedSnapshotHeader? header);
            if (header is null)
                return (null, $"what it gives is no snapshot of this network ({problem})");
            (ProvedRegistries? proved, string fault) = await ProvedRegistries.AskAsync(
                _options, _providers, header.BlockNumber, header.BlockHash, cancellation)
                .ConfigureAwait(false);
            if (proved is null)
                return (null, fault);
            problem = header.Check(proved);
            if (problem != SharedSnapshotProblem.None)
                return (null, $"its snapshot does not fit the chain ({problem})");
            await FetchRestAsync(source, start, tag, header.FileBytes, cancellation).ConfigureAwait(false);
            return await ProveAsync(proved, tableSecret, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"it gave nothing for {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            return (null, e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<(MirrorSnapshot? Snapshot, string Problem)> ProveAsync(
        ProvedRegistries proved, ReadOnlyMemory<byte> tableSecret, CancellationToken cancellation)
    {
        SharedSnapshotProblem problem = SharedSnapshotReader.TryOpen(
            PartPath, _options, out SharedSnapshotReader? reader);
        MirrorSnapshot? snapshot = null;
        if (reader is not null)
        {
            using (reader)
            {
                int told = -1;
                problem = await Task.Run(
                    () => SharedSnapshotProof.TryProve(
                        reader, proved, tableSecret.Span, Tell, out snapshot, cancellation),
                    cancellation).ConfigureAwait(false);

                void Tell(double done)
                {
                    int tenth = (int)(10 * done);
                    if (Interlocked.Exchange(ref told, tenth) < tenth)
                        _progress($"proving the snapshot of block {proved.Block.Number}: {10 * tenth} %");
                }
            }
        }

        if (snapshot is null)
        {
            File.Delete(PartPath);
            return (null, $"its snapshot of block {proved.Block.Number} is refused ({problem})");
        }

        File.Move(PartPath, _path, overwrite: true);
        return (snapshot, string.Empty);
    }

    private async Task<(byte[] Start, EntityTagHeaderValue? Tag)> FetchHeaderAsync(
        Uri source, CancellationToken cancellation)
    {
        using CancellationTokenSource stall = Stall(cancellation);
        using HttpResponseMessage response = await AskAsync(
            source, 0, SharedSnapshotHeader.Size - 1, null, stall.Token).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        byte[] start = new byte[SharedSnapshotHeader.Size];
        int read = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, stall.Token)
            .ConfigureAwait(false);
        return (start[..read], response.Headers.ETag is { IsWeak: false } tag ? tag : null);
    }

    /// <summary>Fetches until the file has its length; each connection must bring it further.</summary>
    private async Task FetchRestAsync(
        Uri source, byte[] start, EntityTagHeaderValue? tag, long length, CancellationToken cancellation)
    {
        await using FileStream part = new(
            PartPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        byte[] begun = new byte[start.Length];
        await part.ReadAtLeastAsync(begun, begun.Length, throwOnEndOfStream: false, cancellation)
            .ConfigureAwait(false);
        if (!begun.AsSpan().SequenceEqual(start) || part.Length > length)
        {
            part.SetLength(0);
            await part.WriteAsync(start, cancellation).ConfigureAwait(false);
        }

        string problem = string.Empty;
        for (int fruitless = 0; part.Length < length; fruitless++)
        {
            if (fruitless == HostLimits.SnapshotAttemptsMax)
                throw new IOException(problem);
            long before = part.Length;
            try
            {
                await FetchPartAsync(source, part, tag, length, cancellation).ConfigureAwait(false);
                problem = "it ended too early, again and again";
            }
            catch (HttpRequestException e)
            {
                problem = e.Message;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                problem = $"it gave less than {HostLimits.SnapshotBytesPerSecondMin} bytes a second";
            }

            if (part.Length - before >= HostLimits.SnapshotSendBytes)
                fruitless = -1;
        }
    }

    private async Task FetchPartAsync(
        Uri source, FileStream part, EntityTagHeaderValue? tag, long length, CancellationToken cancellation)
    {
        using CancellationTokenSource stall = Stall(cancellation);
        using HttpResponseMessage response = await AskAsync(source, part.Length, length - 1, tag, stall.Token)
            .ConfigureAwait(false);
        bool isRest = response.StatusCode == HttpStatusCode.PartialContent
            && response.Content.Headers.ContentRange is { } range && range.From == part.Length
            && (range.Length is null || range.Length == length);
        if (!isRest)
            throw new IOException("it does not give the rest of the snapshot that it began");
        Stream body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        byte[] buffer = new byte[HostLimits.SnapshotSendBytes];
        part.Position = part.Length;
        int told = -1;
        for (long bytes = 0; part.Position < length;)
        {
            int most = (int)Math.Min(buffer.Length, length - part.Position);
            int read = await ReadAsync(body, buffer.AsMemory(0, most), stall.Token).ConfigureAwait(false);
            if (read == 0)
                return;
            await part.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            bytes += read;
            if (bytes >= HostLimits.SnapshotBytesPerSecondMin * Patience.TotalSeconds)
            {
                // Each period must bring as much as the least rate would.
                bytes = 0;
                stall.CancelAfter(Patience);
            }

            int tenth = (int)(10 * part.Position / length);
            if (told < tenth)
            {
                told = tenth;
                _progress($"fetching a snapshot from {source.Authority}: {10 * tenth} % of {length} bytes");
            }
        }
    }

    /// <summary>Reads, and tells trouble with the server from trouble with the disk.</summary>
    private static async Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new HttpRequestException(e.Message, e);
        }
    }

    private async Task<HttpResponseMessage> AskAsync(
        Uri source, long from, long to, EntityTagHeaderValue? tag, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, source);
        request.Headers.Range = new RangeHeaderValue(from, to);
        if (tag is not null && from > 0)
            request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        HttpResponseMessage response = await _client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return response;
        response.Dispose();
        throw new HttpRequestException($"it answers {(int)response.StatusCode}");
    }

    private CancellationTokenSource Stall(CancellationToken cancellation)
    {
        CancellationTokenSource stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(Patience);
        return stall;
    }
}
