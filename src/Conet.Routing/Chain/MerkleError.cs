namespace Conet.Routing.Chain;

/// <summary>Why a Merkle-Patricia proof does not hold.</summary>
public enum MerkleError
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The proof has more, or larger, nodes than any real one.</summary>
    TooLarge,

    /// <summary>A node's hash is not the one its parent (or the root) names.</summary>
    HashMismatch,

    /// <summary>A node is needed that the proof does not hold.</summary>
    MissingNode,

    /// <summary>Nodes are left over that the path does not use.</summary>
    UnusedNode,

    /// <summary>A node is not canonical RLP.</summary>
    BadRlp,

    /// <summary>
    /// A node has neither 2 nor 17 items, a bad path encoding, a bad child reference or an empty value.
    /// </summary>
    BadNode,

    /// <summary>The value proven is not an account or a storage word, or not the one claimed.</summary>
    BadValue,
}
