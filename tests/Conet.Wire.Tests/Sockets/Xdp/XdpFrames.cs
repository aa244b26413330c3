using System.Buffers.Binary;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Tests.Sockets;

/// <summary>Frames that carry one cell, right or wrong in one respect.</summary>
internal static class XdpFrames
{
    public static byte[] Cell(
        byte[] mac, in UdpEndpoint from, in UdpEndpoint to, ReadOnlySpan<byte> destination, Random random,
        int payload = 1160)
    {
        byte[] frame = new byte[42 + payload];
        random.NextBytes(frame);
        mac.CopyTo(frame, 0);
        frame[6] &= 0xFE;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x0800);
        Span<byte> ip = frame.AsSpan(14, 20);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(28 + payload));
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], (ushort)(random.Next(2) * 0x4000));
        ip[8] = (byte)random.Next(1, 256);
        ip[9] = 17;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], from.IPv4);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], to.IPv4);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(34), from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(8 + payload));
        destination[..Math.Min(destination.Length, payload)].CopyTo(frame.AsSpan(42));
        ushort check = random.Next(4) switch
        {
            0 => 0,
            1 => XdpTwin.PseudoSum(frame),
            2 => UdpChecksum(frame),
            _ => (ushort)random.Next(1 << 16),
        };
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(40), check);
        return Seal(frame);
    }

    /// <summary>The right UDP checksum of a frame, over all of it.</summary>
    public static ushort UdpChecksum(ReadOnlySpan<byte> frame)
    {
        byte[] all = [.. frame[26..34], 0, 17, .. frame[38..40], .. frame[34..40], 0, 0, .. frame[42..]];
        ushort check = XdpTwin.Checksum(all);
        return check == 0 ? (ushort)0xFFFF : check;
    }

    /// <summary>The same frame with a right IPv4 checksum.</summary>
    public static byte[] Seal(byte[] frame)
    {
        frame[24] = frame[25] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), XdpTwin.Checksum(frame.AsSpan(14, 20)));
        return frame;
    }

    /// <summary>Makes one thing of a good frame unusual.</summary>
    public static byte[] Spoil(byte[] frame, Random random)
    {
        switch (random.Next(16))
        {
            case 0: return frame[..random.Next(14, frame.Length)];
            case 1: return [.. frame, .. new byte[random.Next(1, 200)]];
            case 2: frame[random.Next(6)] ^= (byte)(1 << random.Next(8)); return frame;
            case 3: (frame[12], frame[13]) = (0x86, 0xDD); return frame;
            case 4: (frame[12], frame[13]) = (0x81, 0x00); return frame;
            case 5: frame[14] = (byte)random.Next(256); return Seal(frame);
            case 6: frame[17] ^= (byte)(1 << random.Next(8)); return Seal(frame);
            case 7: frame[20] = (byte)random.Next(256); return Seal(frame);
            case 8: frame[21] = (byte)random.Next(1, 256); return Seal(frame);
            case 9: frame[23] = (byte)random.Next(256); return Seal(frame);
            case 10: frame[24 + random.Next(2)] ^= (byte)(1 << random.Next(8)); return frame;
            case 11: frame[30 + random.Next(4)] ^= (byte)(1 << random.Next(8)); return Seal(frame);
            case 12: frame[36 + random.Next(2)] ^= (byte)(1 << random.Next(8)); return frame;
            case 13: frame[38 + random.Next(2)] ^= (byte)(1 << random.Next(8)); return frame;
            case 14: frame[14 + random.Next(20)] ^= (byte)(1 << random.Next(8)); return frame;
            default: frame[14 + random.Next(28)] = (byte)random.Next(256); return Seal(frame);
        }
    }
}
