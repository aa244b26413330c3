using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Conet.Wire.Addresses;

namespace Conet.Wire.Sealing;

/// <summary>
/// The 16 random bytes that name one message. With the sender's address it is what a recipient remembers
/// (docs/SPEC.md, section 6.3). A plain value; any thread.
/// </summary>
public readonly struct MessageId : IEquatable<MessageId>
{
    /// <summary>Bytes of a message id.</summary>
    public const int Size = 16;

    private readonly ulong _high;
    private readonly ulong _low;

    /// <summary>Reads an id from exactly 16 bytes.</summary>
    /// <exception cref="ArgumentException">The span is not 16 bytes long.</exception>
    public MessageId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException("A message id has 16 bytes.", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
    }

    /// <summary>Draws an id from the system's secure generator.</summary>
    public static MessageId CreateRandom()
    {
        Span<byte> bytes = stackalloc byte[Size];
        RandomNumberGenerator.Fill(bytes);
        return new MessageId(bytes);
    }

    /// <summary>Writes the 16 bytes; <paramref name="destination"/> may be longer.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    /// <summary>Reads 32 hex digits, lower or upper case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MessageId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != 2 * Size
            || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            id = default;
            return false;
        }

        id = new MessageId(bytes);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(MessageId other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is MessageId other && Equals(other);

    /// <summary>Hash with a key of this process, so that crafted ids do not crowd one bucket.</summary>
    public override int GetHashCode()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return ProcessHash.Of(bytes);
    }

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Same 16 bytes.</summary>
    public static bool operator ==(MessageId left, MessageId right) => left.Equals(right);

    /// <summary>Not the same 16 bytes.</summary>
    public static bool operator !=(MessageId left, MessageId right) => !left.Equals(right);
}
