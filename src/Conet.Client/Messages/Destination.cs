using Conet.Wire.Addresses;
using Conet.Wire.Bodies;

namespace Conet.Client;

/// <summary>Whom a message is for. A plain value.</summary>
public readonly struct Destination
{
    private Destination(Address wallet, NodeId home, ReplyBlock? block)
    {
        WalletAddress = wallet;
        HomeNode = home;
        ReplyBlock = block;
    }

    /// <summary>The wallet, or zero for a reply block.</summary>
    public Address WalletAddress { get; }

    /// <summary>The home that was chosen, or none.</summary>
    public NodeId HomeNode { get; }

    /// <summary>The reply block, or null.</summary>
    public ReplyBlock? ReplyBlock { get; }

    /// <summary>A wallet, at whichever of its homes is reachable.</summary>
    public static Destination Wallet(in Address wallet) => new(wallet, default, null);

    /// <summary>A wallet at a chosen home.</summary>
    public static Destination Home(in Address wallet, NodeId home) => new(wallet, home, null);

    /// <summary>Whoever gave this reply block: an alias.</summary>
    public static Destination Reply(ReplyBlock block) => new(default, default, block);
}
