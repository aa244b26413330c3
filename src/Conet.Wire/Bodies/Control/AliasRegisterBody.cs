using System.Buffers.Binary;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// A client shows the secrets of aliases it wants in force.
/// <code>
///  0       16            20      21                   21 + 32·count
///  +-------+-------------+-------+--------------------+
///  | token | lifetimeSec | count | secrets, 32 each   |
///  +-------+-------------+-------+--------------------+
/// </code>
/// The secrets are slices of what was parsed. Source: docs/SPEC.md, section 8.
/// </summary>
public readonly ref struct AliasRegisterBody
{
    /// <summary>Bytes of one secret.</summary>
    public const int SecretSize = 32;

    /// <summary>Most secrets in one body.</summary>
    public const int CountMax = 29;

    /// <summary>Bytes before the secrets.</summary>
    public const int HeaderSize = CountOffset + 1;

    private const int LifetimeOffset = AttachToken.Size;
    private const int CountOffset = LifetimeOffset + 4;

    private readonly ReadOnlySpan<byte> _secrets;

    private AliasRegisterBody(AttachToken token, uint lifetimeSeconds, ReadOnlySpan<byte> secrets)
    {
        Token = token;
        LifetimeSeconds = lifetimeSeconds;
        _secrets = secrets;
    }

    /// <summary>Whose aliases.</summary>
    public AttachToken Token { get; }

    /// <summary>How long they shall be in force, seconds.</summary>
    public uint LifetimeSeconds { get; }

    /// <summary>1 to 29.</summary>
    public int Count => _secrets.Length / SecretSize;

    /// <summary>The secret of that entry, 32 bytes.</summary>
    public ReadOnlySpan<byte> Secret(int index) => _secrets.Slice(index * SecretSize, SecretSize);

    /// <summary>Parses a body. False if its length does not follow from its count.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AliasRegisterBody body)
    {
        body = default;
        if (bytes.Length < HeaderSize)
            return false;
        int count = bytes[CountOffset];
        if (count is 0 or > CountMax || bytes.Length != HeaderSize + (count * SecretSize))
            return false;
        body = new AliasRegisterBody(
            new AttachToken(bytes),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[LifetimeOffset..]),
            bytes[HeaderSize..]);
        return true;
    }

    /// <summary>Writes a body.</summary>
    /// <param name="token">Token of the attachment.</param>
    /// <param name="lifetimeSeconds">Seconds.</param>
    /// <param name="secrets">32 bytes each, 1 to 29 of them.</param>
    /// <param name="destination">At least 949 bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The secrets are not 1 to 29 times 32 bytes.</exception>
    public static int Write(
        AttachToken token, uint lifetimeSeconds, ReadOnlySpan<byte> secrets, Span<byte> destination)
    {
        int count = secrets.Length / SecretSize;
        if (count is 0 or > CountMax || secrets.Length % SecretSize != 0)
            throw new ArgumentException("1 to 29 secrets of 32 bytes.", nameof(secrets));
        token.CopyTo(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[LifetimeOffset..], lifetimeSeconds);
        destination[CountOffset] = (byte)count;
        secrets.CopyTo(destination[HeaderSize..]);
        return HeaderSize + secrets.Length;
    }
}
