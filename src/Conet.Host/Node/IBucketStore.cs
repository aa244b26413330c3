using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// Prefix buckets as the control thread asks for them: answers come from memory, at once; what is not there
/// is made elsewhere meanwhile. Any thread.
/// </summary>
public interface IBucketStore
{
    /// <summary>How the bucket that answers a prefix stands; begins to make it if there is room.</summary>
    /// <param name="wanted">The prefix; a shorter one may be answered for.</param>
    /// <param name="source">Source prefix of whoever asks: <see cref="ControlGate.PrefixOf"/>.</param>
    BucketStanding Ask(in AddressPrefix wanted, ulong source);

    /// <summary>The content of that id, if it is still kept.</summary>
    /// <param name="contentId">First 16 bytes of its Keccak-256.</param>
    /// <param name="content">The content; never changes.</param>
    bool TryGetContent(ReadOnlySpan<byte> contentId, out ReadOnlyMemory<byte> content);
}

/// <summary>How a bucket stands. Immutable.</summary>
/// <param name="State">How.</param>
/// <param name="TableRecords">Routes in force in the whole table.</param>
/// <param name="Prefix">Prefix of the bucket.</param>
/// <param name="Records">Routes under it.</param>
/// <param name="ContentBytes">Bytes of its content.</param>
/// <param name="ContentHash">Keccak-256 of it; empty if there is none.</param>
/// <param name="BlockNumber">Block it is of.</param>
public readonly record struct BucketStanding(
    BucketState State,
    ulong TableRecords,
    AddressPrefix Prefix,
    int Records,
    int ContentBytes,
    ReadOnlyMemory<byte> ContentHash,
    ulong BlockNumber);
