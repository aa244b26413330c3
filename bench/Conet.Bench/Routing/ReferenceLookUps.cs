using System.Globalization;
using Conet.Bench.Forward;

namespace Conet.Bench.Routing;

/// <summary>The same structure in C, in a process of its own.</summary>
internal sealed class ReferenceLookUps : ILookUps
{
    private readonly LookUpScene _scene;
    private readonly ToolProcess _process;
    private ulong _bytes;

    /// <exception cref="ForwardException">It does not start.</exception>
    public ReferenceLookUps(LookUpScene scene, string program)
    {
        _scene = scene;
        string[] numbers =
        [
            Text(LookUpScene.Seed), Text((ulong)scene.Routes), Text((ulong)scene.Crowd),
        ];
        _process = new ToolProcess("the reference in C", [program, .. numbers]);
        Prepare(scene);
    }

    public string Structure => "c-ref";

    public bool HasBatches => true;

    public double BytesPerRoute => (double)_bytes / _scene.Routes;

    public double BytesPerRouteInAll => BytesPerRoute;

    public void Prepare(LookUpScene scene) =>
        _process.Ask<Answer>($"prefix {Text((ulong)scene.PrefixEvery)}");

    public LookUpTurn Run(bool isBatched, long count)
    {
        Answer answer = _process.Ask<Answer>($"{(isBatched ? "batched" : "single")} {Text((ulong)count)}");
        _bytes = answer.Bytes;
        return new LookUpTurn(answer.Sum, answer.Nanoseconds, 0);
    }

    public void Dispose() => _process.Dispose();

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Answer(ulong Sum, ulong Nanoseconds, ulong Bytes);
}
