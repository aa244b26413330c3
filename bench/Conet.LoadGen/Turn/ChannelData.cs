using System.Buffers.Binary;

namespace Conet.LoadGen.Turn;

/// <summary>
/// What stands before the data of a bound channel (RFC 8656, section 12.4).
/// <code>
///  0          2          4                 4 + length
///  +----------+----------+-----------------+
///  | channel  | length   | data            |
///  +----------+----------+-----------------+
/// </code>
/// Big-endian. Over UDP nothing has to be padded, and a cell's length is a multiple of four anyway.
/// </summary>
internal static class ChannelData
{
    public const int HeaderBytes = 4;

    /// <summary>The first number a channel may have.</summary>
    public const ushort FirstChannel = 0x4000;

    /// <summary>Writes the header.</summary>
    public static void WriteHeader(ushort channel, int dataBytes, Span<byte> header)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, channel);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)dataBytes);
    }
}
