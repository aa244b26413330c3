using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;

namespace Conet.Client;

/// <summary>What a node gave when it was asked for a bucket. Nothing of it is verified. Immutable.</summary>
/// <param name="State">Ready, or why there is no content.</param>
/// <param name="TableRecords">Routes in force in the node's table, as it says; 0 if it did not say.</param>
/// <param name="Prefix">Prefix of the content, as the node says; the one asked for if there is none.</param>
/// <param name="Content">The content; empty unless ready.</param>
/// <param name="Problem">What went wrong beyond the state, one line; or empty.</param>
public sealed record BucketFetch(
    BucketState State,
    ulong TableRecords,
    AddressPrefix Prefix,
    ReadOnlyMemory<byte> Content,
    string Problem);
