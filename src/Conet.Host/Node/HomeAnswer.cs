using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// What <see cref="HomeControl"/> made of one request: an answer to seal and send, or a reason for none.
/// </summary>
public readonly record struct HomeAnswer
{
    private HomeAnswer(ControlDrop drop) => Drop = drop;

    private HomeAnswer(
        BodyKind kind, int bodyLength, in Address returnAddress, byte[] returnKey, in UdpEndpoint to)
    {
        Kind = kind;
        BodyLength = bodyLength;
        ReturnAddress = returnAddress;
        ReturnKey = returnKey;
        To = to;
    }

    /// <summary>Why there is no answer, or None.</summary>
    public ControlDrop Drop { get; }

    /// <summary>Kind of the answer.</summary>
    public BodyKind Kind { get; init; }

    /// <summary>Bytes of the answer's body.</summary>
    public int BodyLength { get; }

    /// <summary>Destination of the answer.</summary>
    public Address ReturnAddress { get; }

    /// <summary>X25519 public key to seal it to, 32 bytes.</summary>
    public byte[]? ReturnKey { get; }

    /// <summary>Where the request came from, and the answer goes to.</summary>
    public UdpEndpoint To { get; }

    internal static HomeAnswer Dropped(ControlDrop drop) => new(drop);

    internal static HomeAnswer Send(
        BodyKind kind, int bodyLength, in Address returnAddress, byte[] returnKey, in UdpEndpoint to) =>
        new(kind, bodyLength, returnAddress, returnKey, to);
}
