using System.Security.Cryptography;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>
/// What the walk must find: a hash behind a struct that stands in for an interface, in a generic method, and
/// a seal key behind a delegate. Nothing calls it.
/// </summary>
internal static class PlantedForwarding
{
    private static readonly byte[] _out = new byte[SHA256.HashSizeInBytes];

    public static void Forward(ReadOnlySpan<byte> cells, Span<int> hops) =>
        Resolve(default(Lookup), cells, hops);

    private static void Resolve<TRoutes>(TRoutes routes, ReadOnlySpan<byte> cells, Span<int> hops)
        where TRoutes : struct, IRouteLookup => routes.Resolve(cells, [], hops);

    private readonly struct Lookup : IRouteLookup
    {
        public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops)
        {
            Digest(cells);
            Func<object> late = () => typeof(SealKey);
            late();
        }

        private static void Digest(ReadOnlySpan<byte> cells) => SHA256.HashData(cells, _out);
    }
}
