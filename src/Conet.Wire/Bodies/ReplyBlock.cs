using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Wire.Bodies;

/// <summary>
/// Where and how somebody who published no route can be answered: an alias, an X25519 key, an end. 60 bytes.
/// <code>
///  0        20              52          60
///  +--------+---------------+-----------+
///  | alias  | key (X25519)  | expiresMs |
///  +--------+---------------+-----------+
/// </code>
/// A value that owns its bytes; any thread. Source: docs/SPEC.md, section 7.1.
/// </summary>
public sealed class ReplyBlock
{
    /// <summary>Bytes of a reply block.</summary>
    public const int Size = KeyOffset + KeySize + 8;

    /// <summary>Bytes of the X25519 public key.</summary>
    public const int KeySize = 32;

    private const int AliasOffset = 0;
    private const int KeyOffset = AliasOffset + Address.Size;
    private const int ExpiresMsOffset = KeyOffset + KeySize;

    private readonly byte[] _key;

    /// <summary>Makes a block. The key is copied.</summary>
    /// <param name="alias">An address under a node.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="expiresMs">Milliseconds since 1970; at and after it the block is not used.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public ReplyBlock(in Address alias, ReadOnlySpan<byte> key, ulong expiresMs)
    {
        if (key.Length != KeySize)
            throw new ArgumentException("An X25519 public key has 32 bytes.", nameof(key));
        Alias = alias;
        _key = key.ToArray();
        ExpiresMs = expiresMs;
    }

    /// <summary>Destination of the answer.</summary>
    public Address Alias { get; }

    /// <summary>X25519 public key to seal the answer to.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>Milliseconds since 1970.</summary>
    public ulong ExpiresMs { get; }

    /// <summary>True while it may be used.</summary>
    public bool IsLive(ulong nowMs) => nowMs < ExpiresMs;

    /// <summary>
    /// Reads a block from exactly 60 bytes. False for another length, a node id of zero, or, unless
    /// <paramref name="ofNode"/>, a node's own address.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, bool ofNode, out ReplyBlock? block)
    {
        block = null;
        if (bytes.Length != Size)
            return false;
        Address alias = new(bytes[..Address.Size]);
        if (NodeAddress.NodeOf(alias).Value == 0 || NodeAddress.IsOwn(alias) != ofNode)
            return false;
        block = new ReplyBlock(
            alias,
            bytes.Slice(KeyOffset, KeySize),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[ExpiresMsOffset..]));
        return true;
    }

    /// <summary>Writes 60 bytes; <paramref name="destination"/> may be longer.</summary>
    public void Write(Span<byte> destination)
    {
        Alias.CopyTo(destination[AliasOffset..]);
        _key.CopyTo(destination[KeyOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(destination[ExpiresMsOffset..], ExpiresMs);
    }
}
