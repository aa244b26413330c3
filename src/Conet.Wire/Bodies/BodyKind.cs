namespace Conet.Wire.Bodies;

/// <summary>What a body is. Source: docs/SPEC.md, section 7.</summary>
public enum BodyKind : byte
{
    /// <summary>A message that fits one cell.</summary>
    Message = 0x01,

    /// <summary>One piece of a longer message.</summary>
    Fragment = 0x02,

    /// <summary>Which pieces have arrived.</summary>
    FragmentAck = 0x03,

    /// <summary>A message was handed to the application.</summary>
    Receipt = 0x04,

    /// <summary>A client asks a node to be its home.</summary>
    Attach = 0x10,

    /// <summary>The node asks for proof that the client is where its datagram said.</summary>
    Challenge = 0x11,

    /// <summary>The proof.</summary>
    Confirm = 0x12,

    /// <summary>The node is now a home of the client.</summary>
    Attached = 0x13,

    /// <summary>The client is still there.</summary>
    KeepAlive = 0x14,

    /// <summary>Answer to a keep-alive or a detach.</summary>
    Kept = 0x15,

    /// <summary>The client shows the secrets of aliases.</summary>
    AliasRegister = 0x16,

    /// <summary>Which aliases are in force.</summary>
    AliasResult = 0x17,

    /// <summary>The client gives aliases up.</summary>
    AliasRevoke = 0x18,

    /// <summary>The client leaves.</summary>
    Detach = 0x19,

    /// <summary>The node declines, with a reason.</summary>
    Refused = 0x1F,

    /// <summary>A node asks another whether it is there.</summary>
    Probe = 0x20,

    /// <summary>It is.</summary>
    ProbeAnswer = 0x21,

    /// <summary>A client asks for the routes under a prefix.</summary>
    BucketAsk = 0x30,

    /// <summary>How that bucket stands.</summary>
    BucketState = 0x31,

    /// <summary>The client asks for pieces of it.</summary>
    BucketFetch = 0x32,

    /// <summary>One of them.</summary>
    BucketPiece = 0x33,
}
