using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Host.Tests.Node;

/// <summary>Small tables and what is written of them.</summary>
internal static class TableScene
{
    public static Address Wallet { get; } = new([.. Enumerable.Repeat((byte)7, Address.Size)]);

    public static MirrorSnapshot At(byte block, RouteTable table) =>
        new(block, new Bytes32([block, .. new byte[Bytes32.Size - 1]]), table);

    /// <summary>The table after the next event, which clears the wallet's route.</summary>
    public static RouteTable WithEvent(RouteTable table)
    {
        byte[] data = new byte[RouteChanged.DataSize];
        data[31] = (byte)(table.RoutePosition.Count + 1);
        byte[] topic = new byte[Bytes32.Size];
        Wallet.CopyTo(topic.AsSpan(Bytes32.Size - Address.Size));
        RouteTableBuilder builder = table.ToBuilder();
        Assert.True(builder.TryApply(new LogEntry(
            default, [RouteChanged.Topic, new Bytes32(topic)], data, 1, default, default, 0, false)));
        return builder.Build();
    }
}
