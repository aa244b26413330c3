using System.Globalization;
using Conet.Wire.Addresses;

namespace Conet.Host.Commands;

/// <summary>What the user wants of a route. Immutable.</summary>
/// <param name="Homes">One to three node ids as text, or null for any.</param>
/// <param name="Days">How long it is in force.</param>
/// <param name="Payer">Wallet that pays, or null for the network's sponsor or the wallet itself.</param>
internal sealed record RouteWish(string? Homes, int Days, string? Payer)
{
    public const int DaysUsual = 30;
    public const int DaysMax = 700;
    private const int HomesUsual = 2;

    /// <summary>The homes, each an active node.</summary>
    /// <exception cref="CommandException">
    /// They are not one to three different nodes of the network.
    /// </exception>
    public IReadOnlyList<NodeId> Choose(NetworkSession session)
    {
        if (Homes is null)
            return Draw(session);
        List<NodeId> chosen = [];
        foreach (string part in Homes.Split(','))
        {
            if (!uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out uint id)
                || chosen.Contains(new NodeId(id)) || chosen.Count == HostLimits.HomesPerRoute)
            {
                throw new CommandException(
                    ExitCode.Usage, "--homes has one to three different node ids, as in 1,2,3");
            }

            chosen.Add(session.ChooseNode(id));
        }

        return chosen;
    }

    private static NodeId[] Draw(NetworkSession session)
    {
        NodeId[] nodes = [.. session.Directory.Nodes.Select(node => node.Id)];
        if (nodes.Length == 0)
            throw new CommandException(
                ExitCode.Unavailable, "the network has no active node; see: conet node list");
        System.Security.Cryptography.RandomNumberGenerator.Shuffle<NodeId>(nodes);
        return nodes[..Math.Min(HomesUsual, nodes.Length)];
    }
}
