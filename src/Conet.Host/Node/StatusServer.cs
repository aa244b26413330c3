using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Conet.Host.Node;

/// <summary>
/// The node's page for its operator, on 127.0.0.1 only: /healthz (the process lives), /readyz (200, or 503
/// and the reason), /metrics (Prometheus text), /status (JSON). Reads no bodies, answers GET and HEAD.
/// </summary>
public sealed class StatusServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private StatusServer(WebApplication application) => _application = application;

    /// <summary>The bound TCP port.</summary>
    public int Port { get; private set; }

    /// <summary>Binds and serves.</summary>
    /// <param name="port">TCP port on 127.0.0.1; 0 takes a free one.</param>
    /// <param name="status">Asked once a request, on any thread.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<StatusServer> StartAsync(
        int port, Func<NodeStatus> status, CancellationToken cancellation)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = HostLimits.HttpConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestLineSize = HostLimits.HttpRequestBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = HostLimits.HttpRequestBytesMax;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(HostLimits.HttpHeaderTimeoutSeconds);
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication application = builder.Build();
        application.Run(context => AnswerAsync(context, status));
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
        return new StatusServer(application) { Port = new Uri(bound).Port };
    }

    /// <summary>Stops serving.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(HostLimits.StopMilliseconds);
        await _application.StopAsync(patience.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext context, Func<NodeStatus> status)
    {
        HttpResponse response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        switch (context.Request.Path.Value)
        {
            case "/healthz":
                return WriteAsync(response, "text/plain; charset=utf-8", "ok\n"u8.ToArray());
            case "/readyz":
                NodeStatus now = status();
                response.StatusCode = now.Ready
                    ? StatusCodes.Status200OK
                    : StatusCodes.Status503ServiceUnavailable;
                return WriteAsync(
                    response, "text/plain; charset=utf-8", Text(now.Ready ? "ready" : now.NotReady));
            case "/metrics":
                return WriteAsync(response, "text/plain; version=0.0.4; charset=utf-8",
                    System.Text.Encoding.UTF8.GetBytes(StatusText.ToPrometheus(status())));
            case "/status":
                return WriteAsync(response, "application/json", StatusText.ToJson(status()));
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    private static byte[] Text(string line) => System.Text.Encoding.UTF8.GetBytes(line + "\n");

    private static Task WriteAsync(HttpResponse response, string type, byte[] body)
    {
        response.ContentType = type;
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(response.HttpContext.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body).AsTask();
    }
}
