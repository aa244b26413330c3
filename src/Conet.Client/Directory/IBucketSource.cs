using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>Where buckets come from: nodes, asked by sealed requests. Any thread.</summary>
public interface IBucketSource
{
    /// <summary>Asks a node for the bucket of a prefix. One that does not answer is no exception.</summary>
    /// <param name="node">Whom.</param>
    /// <param name="prefix">All that it learns of what is looked for.</param>
    /// <param name="ct">Ends the wait.</param>
    Task<BucketFetch> FetchAsync(NodeId node, AddressPrefix prefix, CancellationToken ct);
}
