using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// The 16 random bytes by which a client shows that an attachment is its own; known to the client and its
/// home alone. The whole body of KEEPALIVE and DETACH. A plain value. Source: docs/SPEC.md, section 8.
/// </summary>
public readonly struct AttachToken : IEquatable<AttachToken>
{
    /// <summary>Bytes of a token.</summary>
    public const int Size = 16;

    private readonly UInt128 _value;

    /// <summary>Reads a token from the first 16 bytes.</summary>
    public AttachToken(ReadOnlySpan<byte> bytes) => _value = BinaryPrimitives.ReadUInt128BigEndian(bytes);

    /// <summary>Reads a body that is a token and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AttachToken token)
    {
        token = bytes.Length == Size ? new AttachToken(bytes) : default;
        return bytes.Length == Size;
    }

    /// <summary>Writes 16 bytes; <paramref name="destination"/> may be longer.</summary>
    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, _value);

    /// <inheritdoc/>
    public bool Equals(AttachToken other) => _value == other._value;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is AttachToken other && Equals(other);

    /// <summary>A per-process keyed hash.</summary>
    public override int GetHashCode() => HashCode.Combine((ulong)(_value >> 64), (ulong)_value);

    /// <summary>Same 16 bytes.</summary>
    public static bool operator ==(AttachToken left, AttachToken right) => left.Equals(right);

    /// <summary>Not the same 16 bytes.</summary>
    public static bool operator !=(AttachToken left, AttachToken right) => !left.Equals(right);
}
