using Conet.Wire.Addresses;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// A client gives aliases up: token (16), count (1), aliases (20 each). Source: docs/SPEC.md, section 8.
/// </summary>
public readonly ref struct AliasRevokeBody
{
    /// <summary>Most aliases in one body.</summary>
    public const int CountMax = 47;

    /// <summary>Bytes before the aliases.</summary>
    public const int HeaderSize = AttachToken.Size + 1;

    private readonly ReadOnlySpan<byte> _aliases;

    private AliasRevokeBody(AttachToken token, ReadOnlySpan<byte> aliases)
    {
        Token = token;
        _aliases = aliases;
    }

    /// <summary>Whose aliases.</summary>
    public AttachToken Token { get; }

    /// <summary>1 to 47.</summary>
    public int Count => _aliases.Length / Address.Size;

    /// <summary>The alias of that entry.</summary>
    public Address Alias(int index) => new(_aliases.Slice(index * Address.Size, Address.Size));

    /// <summary>Parses a body. False if its length does not follow from its count.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AliasRevokeBody body)
    {
        body = default;
        if (bytes.Length < HeaderSize)
            return false;
        int count = bytes[AttachToken.Size];
        if (count is 0 or > CountMax || bytes.Length != HeaderSize + (count * Address.Size))
            return false;
        body = new AliasRevokeBody(new AttachToken(bytes), bytes[HeaderSize..]);
        return true;
    }

    /// <summary>Writes a body.</summary>
    /// <param name="token">Token of the attachment.</param>
    /// <param name="aliases">1 to 47.</param>
    /// <param name="destination">At least 957 bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">Not 1 to 47 aliases.</exception>
    public static int Write(AttachToken token, ReadOnlySpan<Address> aliases, Span<byte> destination)
    {
        if (aliases.Length is 0 or > CountMax)
            throw new ArgumentException("1 to 47 aliases.", nameof(aliases));
        token.CopyTo(destination);
        destination[AttachToken.Size] = (byte)aliases.Length;
        for (int i = 0; i < aliases.Length; i++)
            aliases[i].CopyTo(destination[(HeaderSize + (i * Address.Size))..]);
        return HeaderSize + (aliases.Length * Address.Size);
    }
}
