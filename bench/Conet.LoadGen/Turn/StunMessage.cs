using System.Buffers.Binary;
using System.Net;

namespace Conet.LoadGen.Turn;

/// <summary>
/// The four messages that a client needs to have cells relayed by a TURN server (RFC 8489, RFC 8656),
/// without authentication.
/// <code>
///  0        2        4              8                      20
///  +--------+--------+--------------+----------------------+------------------------------+
///  | type   | length | magic cookie | transaction id       | attributes: type, length,    |
///  |        |        | 0x2112A442   | (12 bytes)           | value padded to 4 bytes      |
///  +--------+--------+--------------+----------------------+------------------------------+
/// </code>
/// Big-endian; the length is that of the attributes.
/// </summary>
internal static class StunMessage
{
    /// <summary>Bytes of an Allocate request.</summary>
    public const int AllocateBytes = AttributesOffset + (2 * (AttributeHeaderBytes + sizeof(uint)));

    /// <summary>Bytes of a ChannelBind request.</summary>
    public const int ChannelBindBytes =
        AttributesOffset + AttributeHeaderBytes + sizeof(uint) + AttributeHeaderBytes + AddressBytes;

    public const int TransactionIdBytes = 12;

    /// <summary>Longest lifetime that servers grant by default. Seconds.</summary>
    public const uint LifetimeSeconds = 3600;

    private const int LengthOffset = 2;
    private const int CookieOffset = 4;
    private const int TransactionIdOffset = 8;
    private const int AttributesOffset = TransactionIdOffset + TransactionIdBytes;
    private const int AttributeHeaderBytes = 4;
    private const int AddressBytes = 8;

    private const uint MagicCookie = 0x2112A442;
    private const ushort Allocate = 0x0003;
    private const ushort ChannelBind = 0x0009;
    private const ushort Success = 0x0100;
    private const ushort ChannelNumber = 0x000C;
    private const ushort Lifetime = 0x000D;
    private const ushort XorPeerAddress = 0x0012;
    private const ushort RequestedTransport = 0x0019;
    private const uint Udp = 17u << 24;
    private const byte FamilyIPv4 = 1;

    /// <summary>Writes a request for a relayed UDP address.</summary>
    public static void WriteAllocate(ReadOnlySpan<byte> transactionId, Span<byte> message)
    {
        WriteHeader(Allocate, transactionId, message[..AllocateBytes]);
        Span<byte> rest = WriteNumber(RequestedTransport, Udp, message[AttributesOffset..]);
        WriteNumber(Lifetime, LifetimeSeconds, rest);
    }

    /// <summary>Writes a request that binds a channel to a peer; it also permits the peer.</summary>
    /// <param name="transactionId">12 bytes.</param>
    /// <param name="channel">0x4000 to 0x4FFF.</param>
    /// <param name="peer">IPv4.</param>
    /// <param name="message">At least <see cref="ChannelBindBytes"/>.</param>
    public static void WriteChannelBind(
        ReadOnlySpan<byte> transactionId, ushort channel, IPEndPoint peer, Span<byte> message)
    {
        WriteHeader(ChannelBind, transactionId, message[..ChannelBindBytes]);
        Span<byte> rest = WriteNumber(ChannelNumber, (uint)channel << 16, message[AttributesOffset..]);
        BinaryPrimitives.WriteUInt16BigEndian(rest, XorPeerAddress);
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], AddressBytes);
        rest[4] = 0;
        rest[5] = FamilyIPv4;
        BinaryPrimitives.WriteUInt16BigEndian(rest[6..], (ushort)(peer.Port ^ (MagicCookie >> 16)));
        Span<byte> address = rest.Slice(8, sizeof(uint));
        peer.Address.TryWriteBytes(address, out _);
        uint plain = BinaryPrimitives.ReadUInt32BigEndian(address);
        BinaryPrimitives.WriteUInt32BigEndian(address, plain ^ MagicCookie);
    }

    /// <summary>Whether a message says that a request succeeded.</summary>
    public static bool IsSuccess(ReadOnlySpan<byte> request, ReadOnlySpan<byte> message) =>
        message.Length >= AttributesOffset
        && BinaryPrimitives.ReadUInt16BigEndian(message)
            == (BinaryPrimitives.ReadUInt16BigEndian(request) | Success)
        && message[CookieOffset..AttributesOffset].SequenceEqual(request[CookieOffset..AttributesOffset]);

    private static void WriteHeader(ushort type, ReadOnlySpan<byte> transactionId, Span<byte> message)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message, type);
        BinaryPrimitives.WriteUInt16BigEndian(
            message[LengthOffset..], (ushort)(message.Length - AttributesOffset));
        BinaryPrimitives.WriteUInt32BigEndian(message[CookieOffset..], MagicCookie);
        transactionId[..TransactionIdBytes].CopyTo(message[TransactionIdOffset..]);
    }

    private static Span<byte> WriteNumber(ushort type, uint value, Span<byte> attribute)
    {
        BinaryPrimitives.WriteUInt16BigEndian(attribute, type);
        BinaryPrimitives.WriteUInt16BigEndian(attribute[2..], sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(attribute[AttributeHeaderBytes..], value);
        return attribute[(AttributeHeaderBytes + sizeof(uint))..];
    }
}
