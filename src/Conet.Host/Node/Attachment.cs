using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>One attached client. Belongs to <see cref="HomeControl"/>.</summary>
internal sealed class Attachment
{
    public required AttachToken Token { get; init; }

    public required Address Wallet { get; init; }

    public required Address HomeAddress { get; init; }

    public required Address ReturnAddress { get; init; }

    public required byte[] ReturnKey { get; init; }

    public required int Place { get; init; }

    public required uint LeaseSeconds { get; set; }

    public required UdpEndpoint Source { get; set; }

    public required ulong Prefix { get; set; }

    public required long ExpiresMs { get; set; }

    /// <summary>Alias and when it ends.</summary>
    public Dictionary<Address, long> Aliases { get; } = [];
}

/// <summary>
/// A challenge that waits for its confirmation, or was confirmed. Belongs to <see cref="HomeControl"/>.
/// </summary>
internal sealed class PendingChallenge
{
    public required byte[] Challenge { get; init; }

    public required UdpEndpoint Source { get; init; }

    public required ulong Prefix { get; init; }

    public required long ExpiresMs { get; init; }

    public required Address ReturnAddress { get; init; }

    public required byte[] ReturnKey { get; init; }

    /// <summary>For an ATTACH: who wants to attach; zero for a move.</summary>
    public Address Wallet { get; init; }

    /// <summary>For an ATTACH: the lease it wished.</summary>
    public uint LeaseSeconds { get; init; }

    /// <summary>For a move: the attachment's token. For a confirmed ATTACH: the token given.</summary>
    public AttachToken Token { get; set; }

    public bool IsMove => Wallet.IsZero;
}
