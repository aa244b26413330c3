using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;

namespace Conet.Routing.Thin;

/// <summary>What became of making a bucket. Immutable.</summary>
/// <param name="State">Ready, TooMany, or NotAvailable.</param>
/// <param name="Prefix">Prefix that it is of.</param>
/// <param name="Records">Routes under that prefix; 1025 for more than a bucket holds.</param>
/// <param name="BlockNumber">Block that it is of.</param>
/// <param name="Content">The content, or empty.</param>
/// <param name="Problem">Why there is none, one line; empty otherwise.</param>
public sealed record MadeBucket(
    BucketState State,
    AddressPrefix Prefix,
    int Records,
    ulong BlockNumber,
    ReadOnlyMemory<byte> Content,
    string Problem);
