using Conet.Wire.Addresses;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// A client asks for the routes under a prefix: token (16), prefix (5). Source: docs/SPEC.md, section 8.1.
/// </summary>
/// <param name="Token">Token of the client's attachment.</param>
/// <param name="Prefix">What the client names of the address it is after.</param>
public readonly record struct BucketAskBody(AttachToken Token, AddressPrefix Prefix)
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = AttachToken.Size + AddressPrefix.Size;

    /// <summary>Parses a body. False unless it has 21 bytes and the prefix is one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out BucketAskBody body)
    {
        body = default;
        if (bytes.Length != Size
            || !AddressPrefix.TryParse(bytes[AttachToken.Size..], out AddressPrefix prefix))
            return false;
        body = new BucketAskBody(new AttachToken(bytes), prefix);
        return true;
    }

    /// <summary>Writes 21 bytes.</summary>
    public int Write(Span<byte> destination)
    {
        Token.CopyTo(destination);
        Prefix.Write(destination[AttachToken.Size..]);
        return Size;
    }
}
