namespace Conet.Routing.Chain;

/// <summary>How a transaction is serialised and signed.</summary>
public enum TransactionKind
{
    /// <summary>
    /// The first format, without chain id: replayable on every chain. Read and tested, never sent by us.
    /// </summary>
    Legacy,

    /// <summary>EIP-155: the first format with the chain id in v.</summary>
    Eip155,

    /// <summary>EIP-2930 (Berlin), type 1: access list.</summary>
    Eip2930,

    /// <summary>EIP-1559 (London), type 2: base fee and tip.</summary>
    Eip1559,
}
