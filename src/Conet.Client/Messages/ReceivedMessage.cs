using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;

namespace Conet.Client;

/// <summary>A message as the application gets it. Owns its content.</summary>
/// <param name="From">The wallet that signed it, or null for an anonymous one.</param>
/// <param name="Content">The bytes that were sent.</param>
/// <param name="Id">Message id.</param>
/// <param name="IssuedMs">When it was written, by the sender's clock; milliseconds since 1970.</param>
/// <param name="ReceivedTimestamp">
/// When its last cell came: <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>.
/// </param>
/// <param name="Via">The destination it came by: wallet, home address or alias.</param>
/// <param name="ReplyBlock">Where it can be answered, or null.</param>
public sealed record ReceivedMessage(
    Address? From,
    byte[] Content,
    MessageId Id,
    ulong IssuedMs,
    long ReceivedTimestamp,
    Address Via,
    ReplyBlock? ReplyBlock);
