namespace Conet.Wire.Bodies;

/// <summary>
/// The body of a message: options, perhaps a reply block, content. The content is a slice of what was parsed.
/// <code>
///  0         1                      61
///  +---------+----------------------+------------ ...
///  | options | reply block, if bit0 | content
///  +---------+----------------------+------------ ...
/// </code>
/// Source: docs/SPEC.md, section 7.2.
/// </summary>
public readonly ref struct MessageBody
{
    /// <summary>Bytes before the content without a reply block.</summary>
    public const int OverheadMin = 1;

    /// <summary>Bytes before the content with a reply block.</summary>
    public const int OverheadMax = OverheadMin + ReplyBlock.Size;

    private const byte HasReplyBlock = 1;
    private const byte HasReceiptWish = 2;

    /// <summary>Where to answer, or null.</summary>
    public ReplyBlock? ReplyBlock { get; private init; }

    /// <summary>True if the sender wants a receipt.</summary>
    public bool WantsReceipt { get; private init; }

    /// <summary>What the application gets.</summary>
    public ReadOnlySpan<byte> Content { get; private init; }

    /// <summary>Parses a whole body. False if it is malformed; never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out MessageBody body)
    {
        body = default;
        if (!TryParseStart(bytes, out ReplyBlock? block, out bool wantsReceipt, out int contentOffset))
            return false;
        body = new MessageBody
        {
            ReplyBlock = block,
            WantsReceipt = wantsReceipt,
            Content = bytes[contentOffset..],
        };
        return true;
    }

    /// <summary>
    /// Parses options and reply block alone, as piece 0 of a fragmented message holds them.
    /// </summary>
    /// <param name="bytes">The start of a body.</param>
    /// <param name="block">The reply block, or null.</param>
    /// <param name="wantsReceipt">Whether a receipt is wanted.</param>
    /// <param name="contentOffset">Where the content begins: 1 or 61.</param>
    public static bool TryParseStart(
        ReadOnlySpan<byte> bytes, out ReplyBlock? block, out bool wantsReceipt, out int contentOffset)
    {
        block = null;
        wantsReceipt = false;
        contentOffset = OverheadMin;
        if (bytes.IsEmpty)
            return false;
        byte options = bytes[0];
        if (options > (HasReplyBlock | HasReceiptWish) || options == HasReceiptWish)
            return false;
        if ((options & HasReplyBlock) == 0)
            return true;
        contentOffset = OverheadMax;
        wantsReceipt = (options & HasReceiptWish) != 0;
        return bytes.Length >= OverheadMax
            && ReplyBlock.TryParse(bytes[OverheadMin..OverheadMax], ofNode: false, out block);
    }

    /// <summary>Bytes of a body with that much content.</summary>
    public static int SizeOf(bool hasReplyBlock, int contentBytes) =>
        (hasReplyBlock ? OverheadMax : OverheadMin) + contentBytes;

    /// <summary>Writes a body.</summary>
    /// <param name="block">Where to answer, or null.</param>
    /// <param name="wantsReceipt">Needs a reply block.</param>
    /// <param name="content">Copied.</param>
    /// <param name="destination">Exactly <see cref="SizeOf"/> bytes, or more.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">A receipt is wanted but there is nowhere to send it.</exception>
    public static int Write(
        ReplyBlock? block, bool wantsReceipt, ReadOnlySpan<byte> content, Span<byte> destination)
    {
        if (wantsReceipt && block is null)
            throw new ArgumentException("A receipt needs a reply block.", nameof(wantsReceipt));
        destination[0] = (byte)((block is null ? 0 : HasReplyBlock) | (wantsReceipt ? HasReceiptWish : 0));
        block?.Write(destination[OverheadMin..]);
        int offset = block is null ? OverheadMin : OverheadMax;
        content.CopyTo(destination[offset..]);
        return offset + content.Length;
    }
}
