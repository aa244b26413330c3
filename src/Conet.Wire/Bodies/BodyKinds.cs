using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies;

/// <summary>Questions about kinds. Source: the table of docs/SPEC.md, section 7.</summary>
public static class BodyKinds
{
    /// <summary>True for the kinds the specification lists.</summary>
    public static bool IsKnown(BodyKind kind) =>
        kind is >= BodyKind.Message and <= BodyKind.Receipt
            or >= BodyKind.Attach and <= BodyKind.Detach
            or BodyKind.Refused or BodyKind.Probe or BodyKind.ProbeAnswer
            or >= BodyKind.BucketAsk and <= BodyKind.BucketPiece;

    /// <summary>True if an envelope of that kind may be signed, or unsigned, as asked.</summary>
    public static bool Allows(BodyKind kind, EnvelopeAuth auth) => kind switch
    {
        <= BodyKind.Receipt => true,
        BodyKind.Attach or BodyKind.Probe => auth == EnvelopeAuth.Wallet,
        _ => auth == EnvelopeAuth.None,
    };

    /// <summary>True for what a client sends to a node's client port.</summary>
    public static bool IsClientToNode(BodyKind kind) => kind is BodyKind.Attach or BodyKind.Confirm
        or BodyKind.KeepAlive or BodyKind.AliasRegister or BodyKind.AliasRevoke or BodyKind.Detach
        or BodyKind.BucketAsk or BodyKind.BucketFetch;

    /// <summary>True for what a node sends to an attached client's return address.</summary>
    public static bool IsNodeToClient(BodyKind kind) => kind is BodyKind.Challenge or BodyKind.Attached
        or BodyKind.Kept or BodyKind.AliasResult or BodyKind.Refused
        or BodyKind.BucketState or BodyKind.BucketPiece;

    /// <summary>True for what travels between wallets.</summary>
    public static bool IsEndToEnd(BodyKind kind) => kind is >= BodyKind.Message and <= BodyKind.Receipt;
}
