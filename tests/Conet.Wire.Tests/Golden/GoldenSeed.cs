using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Conet.Wire.Tests.Golden;

/// <summary>
/// Reproducible bytes: SHA-256("conet/vector/1" ‖ seed u32 ‖ label ‖ i u32) for i = 0, 1, ... up to the size.
/// </summary>
internal readonly record struct GoldenSeed(uint Value)
{
    public byte[] Draw(string label, int size)
    {
        byte[] prefix = [.. "conet/vector/1"u8, .. BigEndian(Value), .. Encoding.ASCII.GetBytes(label)];
        byte[] drawn = new byte[size];
        for (int offset = 0, block = 0; offset < size; offset += SHA256.HashSizeInBytes, block++)
        {
            byte[] hash = SHA256.HashData([.. prefix, .. BigEndian((uint)block)]);
            hash.AsSpan(0, Math.Min(hash.Length, size - offset)).CopyTo(drawn.AsSpan(offset));
        }

        return drawn;
    }

    private static byte[] BigEndian(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
