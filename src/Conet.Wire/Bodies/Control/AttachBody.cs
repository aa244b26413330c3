using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// A client asks a node to be its home.
/// <code>
///  0               20              52         56        57
///  +---------------+---------------+----------+---------+
///  | returnAddress | returnKey     | leaseSec | options |
///  +---------------+---------------+----------+---------+
/// </code>
/// The key is a slice of what was parsed. Source: docs/SPEC.md, section 8.
/// </summary>
public readonly ref struct AttachBody
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = OptionsOffset + 1;

    /// <summary>Shortest lease, seconds.</summary>
    public const uint LeaseSecondsMin = 30;

    /// <summary>Longest lease, seconds.</summary>
    public const uint LeaseSecondsMax = 86_400;

    private const int ReturnKeyOffset = Address.Size;
    private const int LeaseOffset = ReturnKeyOffset + ReplyBlock.KeySize;
    private const int OptionsOffset = LeaseOffset + 4;

    /// <summary>Destination of the node's answers: the node's id and 16 random bytes.</summary>
    public Address ReturnAddress { get; private init; }

    /// <summary>Fresh X25519 public key that the node's answers are sealed to.</summary>
    public ReadOnlySpan<byte> ReturnKey { get; private init; }

    /// <summary>Wished lease in seconds.</summary>
    public uint LeaseSeconds { get; private init; }

    /// <summary>
    /// Parses a body. False for another length, an unknown option or a return address that is none.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AttachBody body)
    {
        body = default;
        if (bytes.Length != Size || bytes[OptionsOffset] != 0)
            return false;
        Address address = new(bytes[..Address.Size]);
        if (NodeAddress.NodeOf(address).Value == 0 || NodeAddress.IsOwn(address))
            return false;
        body = new AttachBody
        {
            ReturnAddress = address,
            ReturnKey = bytes.Slice(ReturnKeyOffset, ReplyBlock.KeySize),
            LeaseSeconds = BinaryPrimitives.ReadUInt32BigEndian(bytes[LeaseOffset..]),
        };
        return true;
    }

    /// <summary>Writes 57 bytes.</summary>
    public static int Write(
        in Address returnAddress, ReadOnlySpan<byte> returnKey, uint leaseSeconds, Span<byte> destination)
    {
        returnAddress.CopyTo(destination);
        returnKey[..ReplyBlock.KeySize].CopyTo(destination[ReturnKeyOffset..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[LeaseOffset..], leaseSeconds);
        destination[OptionsOffset] = 0;
        return Size;
    }
}
