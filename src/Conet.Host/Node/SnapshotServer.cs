using System.Net;
using Conet.Routing.Mirror;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Conet.Host.Node;

/// <summary>
/// Gives this node's shared snapshot to whoever asks: GET and HEAD of /snapshot, with ranges for whoever was
/// cut off, under an ETag made of the block's hash. Connections, rate and time are bounded, so that it takes
/// nothing from the forwarding. Reads no bodies.
/// </summary>
public sealed class SnapshotServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SnapshotServer(WebApplication application, IPEndPoint endPoint)
    {
        _application = application;
        EndPoint = endPoint;
    }

    /// <summary>Where it is bound.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Binds and serves.</summary>
    /// <param name="listen">Address and TCP port; port 0 takes a free one.</param>
    /// <param name="path">The file; while there is none, 503 is answered.</param>
    /// <param name="options">Chain and registries.</param>
    /// <param name="bytesPerSecond">Most bytes a second, for all connections together.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SnapshotServer> StartAsync(
        IPEndPoint listen, string path, MirrorOptions options, long bytesPerSecond,
        CancellationToken cancellation)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = HostLimits.SnapshotConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestLineSize = HostLimits.HttpRequestBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = HostLimits.HttpRequestBytesMax;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(HostLimits.HttpHeaderTimeoutSeconds);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(HostLimits.HttpHeaderTimeoutSeconds);
            kestrel.Limits.MinResponseDataRate = new MinDataRate(
                HostLimits.SnapshotBytesPerSecondMin,
                TimeSpan.FromSeconds(HostLimits.SnapshotStallSeconds));
            kestrel.Listen(listen, to => to.Protocols = HttpProtocols.Http1);
        });
        WebApplication application = builder.Build();
        SnapshotPace pace = new(bytesPerSecond, TimeProvider.System);
        SourceShares sources = new(HostLimits.SnapshotConnectionsPerSource);
        application.Run(async context =>
        {
            IPAddress source = context.Connection.RemoteIpAddress ?? IPAddress.None;
            if (!sources.TryEnter(source))
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                return;
            }

            try
            {
                await AnswerAsync(context, path, options, pace).ConfigureAwait(false);
            }
            finally
            {
                sources.Leave(source);
            }
        });
        try
        {
            await application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        string bound = application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        return new SnapshotServer(application, new IPEndPoint(listen.Address, new Uri(bound).Port));
    }

    /// <summary>Stops serving.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(HostLimits.StopMilliseconds);
        await _application.StopAsync(patience.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task AnswerAsync(
        HttpContext context, string path, MirrorOptions options, SnapshotPace pace)
    {
        HttpResponse response = context.Response;
        bool isGet = HttpMethods.IsGet(context.Request.Method);
        if (!isGet && !HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (context.Request.Path.Value != "/snapshot")
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        // The file may be replaced while it is sent: what was opened stays what it was.
        await using FileStream? file = TryOpen(path);
        byte[] start = new byte[SharedSnapshotHeader.Size];
        if (file is null || file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length
            || SharedSnapshotHeader.TryRead(start, options, out SharedSnapshotHeader? header)
                != SharedSnapshotProblem.None
            || header!.FileBytes != file.Length)
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.Headers.RetryAfter = "60";
            return;
        }

        EntityTagHeaderValue tag = new($"\"{header.BlockHash}\"");
        (long from, long size) = BeginResponse(context, tag, file.Length);
        if (isGet && size > 0)
            await SendAsync(response, file, from, size, pace, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Writes status and headers; gives the part that is to be sent.</summary>
    private static (long From, long Size) BeginResponse(
        HttpContext context, EntityTagHeaderValue tag, long length)
    {
        HttpResponse response = context.Response;
        response.Headers.ETag = tag.ToString();
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = "no-store";
        response.ContentType = "application/octet-stream";
        RequestHeaders asked = new(context.Request.Headers);
        bool isSame = asked.IfRange?.EntityTag is not { } condition
            || condition.Compare(tag, useStrongComparison: true);
        RangeItemHeaderValue? range = asked.Range is { Unit.Value: "bytes", Ranges.Count: 1 } ranges && isSame
            ? ranges.Ranges.First()
            : null;
        if (range is null)
        {
            response.ContentLength = length;
            return (0, length);
        }

        long from = range.From ?? Math.Max(0, length - (range.To ?? 0));
        long to = range.From is null ? length - 1 : Math.Min(range.To ?? length - 1, length - 1);
        if (from > to)
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = new ContentRangeHeaderValue(length).ToString();
            response.ContentLength = 0;
            return (0, 0);
        }

        response.StatusCode = StatusCodes.Status206PartialContent;
        response.Headers.ContentRange = new ContentRangeHeaderValue(from, to, length).ToString();
        response.ContentLength = to - from + 1;
        return (from, to - from + 1);
    }

    private static async Task SendAsync(
        HttpResponse response, FileStream file, long from, long size, SnapshotPace pace,
        CancellationToken cancellation)
    {
        byte[] buffer = new byte[HostLimits.SnapshotSendBytes];
        file.Position = from;
        while (size > 0)
        {
            int part = (int)Math.Min(size, buffer.Length);
            await pace.WaitAsync(part, cancellation).ConfigureAwait(false);
            await file.ReadExactlyAsync(buffer.AsMemory(0, part), cancellation).ConfigureAwait(false);
            await response.Body.WriteAsync(buffer.AsMemory(0, part), cancellation).ConfigureAwait(false);
            size -= part;
        }
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
