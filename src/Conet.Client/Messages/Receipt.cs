using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>
/// A receipt that was checked: right message, right content, and signed by the wallet it was sent to.
/// </summary>
/// <param name="From">
/// The wallet that signed it; null if the message went to an alias and the answer is unsigned.
/// </param>
/// <param name="ReceivedMs">Milliseconds since 1970 by the recipient's clock.</param>
public sealed record Receipt(Address? From, ulong ReceivedMs);
