using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Bench.Wire;

/// <summary>A sender, a recipient, and a message of 600 bytes between them.</summary>
internal sealed class SealScene
{
    private const int BodyBytes = 600;

    private readonly NetworkId _network = new(31337, default);
    private readonly Wallet _sender = Wallet.Create();
    private readonly Wallet _recipient = Wallet.Create();
    private readonly SealKey _key = SealKey.Create();
    private readonly MessageId _id = MessageId.CreateRandom();
    private readonly byte[] _body = new byte[BodyBytes];
    private readonly byte[] _envelope = new byte[EnvelopeLayout.Size];
    private readonly byte[] _keyCommit = new byte[FirstContactSeal.KeyCommitSize];

    /// <summary>Seals the message.</summary>
    /// <param name="signed">Whether the sender signs it.</param>
    /// <param name="cell">Receives 1160 bytes.</param>
    public bool Seal(bool signed, Span<byte> cell)
    {
        EnvelopeDraft draft = new()
        {
            Kind = BodyKind.Message,
            IssuedMs = 1_760_000_000_000,
            TtlSec = 3600,
            MessageId = _id,
            To = _recipient.Address,
            Body = _body,
        };
        return FirstContactSeal.TrySeal(
            _network, _recipient.Address, _key.PublicKey, draft, signed ? _sender : null, cell);
    }

    /// <summary>A sealed cell in memory of its own.</summary>
    public byte[] Sealed(bool signed)
    {
        byte[] cell = new byte[CellLayout.Size];
        if (!Seal(signed, cell))
            throw new InvalidOperationException("A fresh key is always a usable one.");
        return cell;
    }

    /// <summary>Opens a cell, and no more.</summary>
    public bool Open(ReadOnlySpan<byte> cell) =>
        FirstContactSeal.TryOpen(_network, cell, _key, _envelope, _keyCommit);

    /// <summary>Opens a cell, parses what is in it and asks who signed it.</summary>
    public bool Read(ReadOnlySpan<byte> cell) =>
        Open(cell)
        && Envelope.TryParse(_envelope, out Envelope envelope) == EnvelopeProblem.None
        && envelope.IsSignedTo(_network, _recipient.Address, _keyCommit);
}
