using System.Text;
using Conet.Client;
using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Authorizations to write a route, as a relayer gets them: only what the wallet signed is accepted.
/// </summary>
internal sealed class RouteAuthorizationTarget : IFuzzTarget
{
    private const int ErrorCharsMax = 400;

    private static readonly string[] _genuine = MakeGenuine();

    public string Name => "route-authorization";

    public string Summary => "RouteAuthorization.TryParse; accepted means one that the wallet signed";

    public IEnumerable<byte[]> Seeds => _genuine.Select(Encoding.UTF8.GetBytes);

    public IEnumerable<byte[]> Tokens => JsonChanges.Tokens;

    public bool Run(ReadOnlySpan<byte> input)
    {
        bool accepted =
            RouteAuthorization.TryParse(input, out RouteAuthorization? authorization, out string error);
        Check(accepted == (error.Length == 0), "accepted with an error, or refused without");
        Check(
            error.Length <= ErrorCharsMax && !error.Any(char.IsControl),
            "an error that is not one printable line");
        if (accepted)
            Check(_genuine.Contains(authorization!.ToJson()), "an authorization that nobody signed");
        return accepted;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random) => JsonChanges.TryMutate(input, random);

    private static string[] MakeGenuine()
    {
        RouteTypedData types = new(Samples.Network.ChainId, Samples.Network.RouteRegistry);
        RouteRecord route = RegistrySamples.Route(3);
        return
        [
            RouteAuthorization.Set(types, Samples.Sender, route, 5, 1_800_000_000).ToJson(),
            RouteAuthorization.Clear(types, Samples.Sender, 6, 1_800_000_000).ToJson(),
        ];
    }
}
