using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;

namespace Conet.Client.Core;

/// <summary>
/// A message on its way, from the call that sends it to its end. Lives on the client's thread.
/// </summary>
internal sealed class OutgoingMessage
{
    public required MessageId Id { get; init; }

    /// <summary>Destinations to try in turn: the wallet, then its home addresses; or one alias.</summary>
    public required Address[] Path { get; init; }

    /// <summary>X25519 public key of the addressee.</summary>
    public required byte[] Prekey { get; init; }

    /// <summary>Whom signature and receipt name: the wallet, or the alias.</summary>
    public required Address SignedTo { get; init; }

    /// <summary>
    /// The wallet whose signature a receipt must carry; null if the message goes to an alias.
    /// </summary>
    public required Address? ReceiptFrom { get; init; }

    public required Wallet? Signer { get; init; }

    public required byte[] Body { get; init; }

    public required byte[] BodyHash { get; init; }

    public required ulong IssuedMs { get; init; }

    public required uint TtlSec { get; init; }

    public required bool WantsReceipt { get; init; }

    /// <summary>
    /// The alias answers come to; the message waits until it is registered. Null if none is wanted.
    /// </summary>
    public required ClientAlias? Alias { get; init; }

    public required IProgress<SendProgress>? Progress { get; init; }

    public TaskCompletionSource<SendOutcome> Done { get; } = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set if the body needs more than one cell.</summary>
    public FragmentSender? Fragments { get; init; }

    public uint GroupId { get; init; }

    /// <summary>Message id of each piece, kept when it is repeated.</summary>
    public MessageId[] PieceIds { get; init; } = [];

    public ulong ExpiresMs => IssuedMs + (1000UL * TtlSec);

    public ulong NextRepeatMs { get; set; }

    public ulong RepeatMs { get; set; } = ClientLimits.RepeatStartMs;

    public int PathIndex { get; set; }

    public bool HasStarted { get; set; }

    /// <summary>Next piece of a message whose pieces nobody acknowledges.</summary>
    public int NextUnacknowledged { get; set; }

    public int CellsSent { get; set; }

    public int CellsRepeated { get; set; }

    public Address CurrentDestination => Path[PathIndex % Path.Length];

    public void Complete(SendStatus status, Receipt? receipt = null) =>
        Done.TrySetResult(new SendOutcome(status, Id, receipt, CellsSent, CellsRepeated));
}
