using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies;

/// <summary>
/// One message whose pieces are arriving, or have arrived. Owned by its <see cref="FragmentAssembler"/>; use
/// it on the same thread and not after the next call that changes the assembler.
/// </summary>
public sealed class FragmentGroup
{
    private readonly Dictionary<int, byte[]> _pieces = [];
    private readonly byte[] _arrived;
    private MessageId _firstId;
    private int _arrivedCount;

    internal FragmentGroup(in Address from, in FragmentBody first, in Envelope envelope)
    {
        From = from;
        GroupId = first.GroupId;
        Count = first.Count;
        IssuedMs = envelope.IssuedMs;
        TtlSec = envelope.TtlSec;
        RefusedFromMs = envelope.RefusedFromMs;
        _arrived = new byte[(first.Count + 7) / 8];
    }

    /// <summary>Sender; zero for an anonymous one.</summary>
    public Address From { get; }

    /// <summary>Group id.</summary>
    public uint GroupId { get; }

    /// <summary>Pieces the message has.</summary>
    public int Count { get; }

    /// <summary>Pieces that have arrived.</summary>
    public int Arrived => _arrivedCount;

    /// <summary>When the message was issued, milliseconds since 1970.</summary>
    public ulong IssuedMs { get; }

    /// <summary>Lifetime in seconds.</summary>
    public uint TtlSec { get; }

    /// <summary>When the message is refused as expired, milliseconds since 1970.</summary>
    public ulong RefusedFromMs { get; }

    /// <summary>True once all pieces were there.</summary>
    public bool IsComplete => _arrivedCount == Count;

    /// <summary>The message's id: that of piece 0. Default until piece 0 has arrived.</summary>
    public MessageId MessageId => _firstId;

    /// <summary>Where to acknowledge, known once piece 0 has arrived; or null.</summary>
    public ReplyBlock? ReplyBlock { get; private set; }

    /// <summary>True if the sender wants a receipt.</summary>
    public bool WantsReceipt { get; private set; }

    /// <summary>
    /// Keccak-256 of the joined message body; set by the recipient that took it, for repeated receipts.
    /// </summary>
    public byte[]? BodyHash { get; set; }

    /// <summary>Milliseconds since 1970 at which the last piece came that was not there yet.</summary>
    public ulong LastPieceMs { get; internal set; }

    internal int HeldBytes { get; private set; }

    internal static int CostOf(in FragmentBody piece) => piece.Piece.Length + 64;

    internal int FixedBytes => _arrived.Length + 256;

    /// <summary>Writes the acknowledgement of what has arrived.</summary>
    /// <param name="destination">At least 948 bytes.</param>
    /// <returns>Bytes written.</returns>
    public int WriteAcknowledgement(Span<byte> destination) =>
        FragmentAckBody.Write(GroupId, Count, _arrived, destination);

    internal bool Agrees(in FragmentBody piece, in Envelope envelope) =>
        piece.Count == Count && envelope.IssuedMs == IssuedMs && envelope.TtlSec == TtlSec;

    internal bool Has(int index) => (_arrived[index / 8] >> (index % 8) & 1) != 0;

    internal bool TryAdd(in FragmentBody piece, MessageId id)
    {
        if (piece.Index == 0)
        {
            if (!MessageBody.TryParseStart(piece.Piece, out ReplyBlock? block, out bool wantsReceipt, out _))
                return false;
            ReplyBlock = block;
            WantsReceipt = wantsReceipt;
            _firstId = id;
        }

        _pieces.Add(piece.Index, piece.Piece.ToArray());
        _arrived[piece.Index / 8] |= (byte)(1 << (piece.Index % 8));
        _arrivedCount++;
        HeldBytes += CostOf(piece);
        return true;
    }

    internal byte[] Join()
    {
        byte[] last = _pieces[Count - 1];
        byte[] body = new byte[((Count - 1) * FragmentBody.PieceSize) + last.Length];
        for (int index = 0; index < Count; index++)
            _pieces[index].CopyTo(body, index * FragmentBody.PieceSize);
        return body;
    }

    internal void ReleasePieces()
    {
        _pieces.Clear();
        HeldBytes = 0;
    }
}
