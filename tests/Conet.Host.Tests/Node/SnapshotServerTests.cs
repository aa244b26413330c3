using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Conet.Host.Node;
using Conet.Routing.Tests.Chain;

namespace Conet.Host.Tests.Node;

/// <summary>What a node gives to those who fetch its snapshot, and what they cannot make it do.</summary>
public sealed class SnapshotServerTests(RegistryChain chain) : IClassFixture<RegistryChain>
{
    [SkippableFact]
    public async Task The_file_is_given_whole_and_in_parts_under_the_hash_of_its_block()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        await using SnapshotServer server = await StartAsync(scene, 1L << 30);
        using HttpClient client = Client(server);
        using HttpResponseMessage whole = await client.GetAsync("/snapshot");
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        Assert.Equal(scene.Good, await whole.Content.ReadAsByteArrayAsync());
        string tag = whole.Headers.ETag!.ToString();
        Assert.Matches("^\"0x[0-9a-f]{64}\"$", tag);

        await AssertPartAsync(client, scene, "bytes=0-239", null, 0..240);
        await AssertPartAsync(client, scene, "bytes=500-", tag, 500..^0);
        await AssertPartAsync(client, scene, "bytes=500-99999999", tag, 500..^0);
        await AssertPartAsync(client, scene, "bytes=-100", null, ^100..^0);
        await AssertPartAsync(client, scene, "bytes=500-", "\"0xother\"", null);
        await AssertPartAsync(client, scene, "bytes=0-1,5-6", null, null);
        await AssertPartAsync(client, scene, "lines=0-1", null, null);

        using HttpRequestMessage beyond = Ask(HttpMethod.Get, $"bytes={scene.Good.Length}-", null);
        using HttpResponseMessage none = await client.SendAsync(beyond);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, none.StatusCode);
        using HttpResponseMessage head = await client.SendAsync(Ask(HttpMethod.Head, null, null));
        Assert.Equal(scene.Good.Length, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [SkippableFact]
    public async Task Nothing_else_is_served_and_nothing_before_there_is_a_whole_file()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        await using SnapshotServer server = await StartAsync(scene, 1L << 30);
        using HttpClient client = Client(server);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/snapshot/../routes.key")).StatusCode);
        Assert.Equal(
            HttpStatusCode.MethodNotAllowed,
            (await client.SendAsync(Ask(HttpMethod.Delete, null, null))).StatusCode);
        await File.WriteAllBytesAsync(scene.Shared, scene.Good[..^1]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/snapshot")).StatusCode);
        File.Delete(scene.Shared);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/snapshot")).StatusCode);
    }

    [SkippableFact]
    public async Task Rate_and_connections_of_one_source_are_bounded_and_a_file_may_be_replaced_meanwhile()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        await using SnapshotServer server = await StartAsync(scene, bytesPerSecond: 2 * scene.Good.Length);
        using HttpClient client = Client(server);
        Stopwatch watch = Stopwatch.StartNew();
        Task<byte[]>[] fetches =
            [.. Enumerable.Range(0, 4).Select(async i =>
            {
                await Task.Delay(100 * i);
                using HttpResponseMessage answer = await client.GetAsync("/snapshot");
                return answer.IsSuccessStatusCode
                    ? await answer.Content.ReadAsByteArrayAsync()
                    : answer.StatusCode == HttpStatusCode.TooManyRequests ? [] : [1];
            })];
        await Task.Delay(50);
        File.Delete(scene.Shared);
        await File.WriteAllBytesAsync(scene.Shared, scene.Good);
        byte[][] given = await Task.WhenAll(fetches);
        int whole = given.Count(bytes => bytes.AsSpan().SequenceEqual(scene.Good));
        Assert.All(given, bytes => Assert.True(bytes.Length == 0 || bytes.Length == scene.Good.Length));
        Assert.InRange(whole, 2, 4);
        Assert.True(watch.ElapsedMilliseconds >= 500 * (whole - 1) - 50, $"{whole} in {watch.Elapsed}");
    }

    private static async Task AssertPartAsync(
        HttpClient client, SnapshotScene scene, string range, string? condition, Range? part)
    {
        using HttpResponseMessage answer = await client.SendAsync(Ask(HttpMethod.Get, range, condition));
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(part is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(part is { } expected ? scene.Good[expected] : scene.Good, bytes);
        if (part is not { } given)
            return;
        ContentRangeHeaderValue told = answer.Content.Headers.ContentRange!;
        Assert.Equal(given.Start.GetOffset(scene.Good.Length), told.From);
        Assert.Equal(given.End.GetOffset(scene.Good.Length) - 1, told.To);
        Assert.Equal(scene.Good.Length, told.Length);
    }

    private static HttpRequestMessage Ask(HttpMethod method, string? range, string? condition)
    {
        HttpRequestMessage request = new(method, "/snapshot");
        if (range is not null)
            request.Headers.TryAddWithoutValidation("Range", range);
        if (condition is not null)
            request.Headers.TryAddWithoutValidation("If-Range", condition);
        return request;
    }

    private static HttpClient Client(SnapshotServer server) =>
        new() { BaseAddress = new Uri($"http://{server.EndPoint}") };

    private static Task<SnapshotServer> StartAsync(SnapshotScene scene, long bytesPerSecond) =>
        SnapshotServer.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0), scene.Shared, scene.Options, bytesPerSecond,
            CancellationToken.None);
}
