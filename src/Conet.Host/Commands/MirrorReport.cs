using System.Globalization;
using Conet.Host.Node;
using Conet.Routing.Mirror;

namespace Conet.Host.Commands;

/// <summary>How a mirror stands, for a person or a program.</summary>
/// <param name="who">Whose mirror.</param>
/// <param name="nodeId">Its node, or 0.</param>
/// <param name="mirror">What it says of itself.</param>
internal sealed class MirrorReport(string who, uint nodeId, TableStatus mirror)
{
    /// <summary>Says it; the code says whether there is a table at all.</summary>
    public int Show(CommandOutput output)
    {
        output.Line($"mirror    of chain {mirror.ChainId}, by {who}");
        output.Line($"table     {Table()}");
        output.Line($"proved    {Proof(mirror.IsProved, mirror.ProvedBlock)}");
        output.Line($"origin    {Origin(mirror.Origin)}; {mirror.BlocksUndone} blocks undone since");
        output.Line($"holds     {mirror.Routes} routes in force, {mirror.Nodes} nodes");
        if (mirror.Problem.Length > 0)
            output.Line($"problem   {CommandOutput.Harmless(mirror.Problem)}");
        foreach (ProviderStatus provider in mirror.Providers)
            output.Line($"provider  {CommandOutput.Harmless(Provider(provider))}");
        output.Json(json =>
        {
            json.WriteString("by", nodeId == 0 ? "own" : "node");
            json.WriteNumber("node", nodeId);
            MirrorText.WriteTo(json, mirror);
        });
        if (mirror.Loaded)
            return ExitCode.Ok;
        output.Note("the mirror has no table yet; is a chain provider reachable?");
        return ExitCode.Failed;
    }

    /// <summary>Whether the table is proved, and by what.</summary>
    public static string Proof(bool isProved, ulong provedBlock) => (isProved, provedBlock) switch
    {
        (true, _) => $"yes, at block {provedBlock}: the registries' rolling hashes, by storage proofs "
            + "against a block hash that a quorum of providers names",
        (false, 0) => "no: the rolling hashes agree with what the providers say of them",
        _ => $"not at this block; last at block {provedBlock}",
    };

    /// <summary>How old the table is as a clause.</summary>
    public static string Staleness(double? seconds) => seconds is { } age
        ? $"found to be the head's {Age.Of(age)} ago"
        : "not yet confirmed by any provider";

    /// <summary>Where the table began.</summary>
    public static string Origin(TableOrigin origin) => origin switch
    {
        TableOrigin.OwnSnapshot => "this node's own snapshot, and the chain since",
        TableOrigin.StrangersSnapshot => "a stranger's snapshot that was proved, and the chain since",
        _ => "read from the chain's logs",
    };

    private static string Provider(ProviderStatus provider)
    {
        string state = provider.State switch
        {
            ProviderState.InUse => "in use",
            ProviderState.WrongChain => "on another chain",
            _ => $"rests for {Age.Of(provider.RestSeconds)}",
        };
        string problem = provider.LastProblem is null ? string.Empty : $"; last: {provider.LastProblem}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{provider.Name}: {state}, score {provider.Score:0.00}, {provider.LatencyMs:0} ms, ")
            + $"{provider.Answers} answers, {provider.Failures} failures in a row, "
            + $"{provider.Lies} lies{problem}";
    }

    private string Table()
    {
        if (!mirror.Loaded)
            return "none yet";
        string head = mirror.IsAtHead
            ? "the head"
            : $"{mirror.ChainBlock - Math.Min(mirror.ChainBlock, mirror.HeadBlock)} behind the head";
        string final = mirror.FinalisedBlock == 0
            ? "finality unknown"
            : $"final up to block {mirror.FinalisedBlock}";
        string confirmed = mirror.IsConfirmed ? "confirmed by a quorum" : "not confirmed by a quorum";
        return $"block {mirror.HeadBlock} of {Age.At(mirror.BlockTimeSeconds)}, {head}, "
            + $"{Staleness(mirror.StalenessSeconds)}; {confirmed}; {final}";
    }
}
