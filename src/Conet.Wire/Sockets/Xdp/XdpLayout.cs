using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>
/// The values of the maps that the XDP program and the node share.
/// </summary>
/// <remarks>
/// <code>
///   routes: whole address (20) -> homes u64, check u64
///     homes    0..19 first | 20..39 second | 40..59 third | 60..63 zero      all zero: Kept
///     check    multilinear hash of address and homes under the secret of this process
///
///   nodes: node id -> u64, written and read at once
///     bits     0..31 IPv4, 32..47 port, both in network order | 48..61 hop | 62..63 state
///     id 0 is no node: its word is the switch of the whole program
///
///   counters: u64 by processor * stride + XdpPass, Forwarded, or FirstHop + hop
/// </code>
/// The kernel gives the memory of a removed hash entry to the next one while a program may still read it;
/// the check tells such a mixture from what was written for this address.
/// </remarks>
internal static class XdpLayout
{
    public const int RouteKeySize = CellLayout.DestinationSize;
    public const int RouteValueSize = 16;
    public const int NodeIdBits = 20;
    public const int CheckWords = 8;

    public const int StateNone = 0;
    public const int StateForward = 1;
    public const int StateKeep = 2;
    public const int StateRoutesOnly = 3;
    public const int StateShift = 62;
    public const int HopShift = 48;
    public const int HopMask = 0x3FFF;

    public const int ForwardedCounter = 15;
    public const int FirstHopCounter = 16;

    /// <summary>The word of a node that may be sent to.</summary>
    public static ulong Node(in UdpEndpoint endpoint, int hop, int state)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, endpoint.IPv4);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], endpoint.Port);
        BinaryPrimitives.WriteUInt16LittleEndian(
            bytes[6..], (ushort)(hop | (state << (StateShift - HopShift))));
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>
    /// The check of a route: the sum of its seven 32-bit words, each times a secret number, and one more.
    /// </summary>
    public static ulong Check(ReadOnlySpan<byte> address, ulong homes, ReadOnlySpan<ulong> secret)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(address);
        ulong sum = secret[CheckWords - 1];
        for (int word = 0; word < words.Length; word++)
            sum += words[word] * secret[word];
        sum += (uint)homes * secret[5];
        sum += (homes >> 32) * secret[6];
        return sum;
    }
}
