using System.Buffers.Binary;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>The sections of a snapshot file as they follow from its four counts. Immutable.</summary>
internal sealed class SnapshotPlan
{
    /// <param name="nodes">Nodes, 0 to <see cref="MirrorLimits.SnapshotNodesMax"/>.</param>
    /// <param name="homes">Sets of homes, at most as many as live routes.</param>
    /// <param name="routes">Routes, 0 to <see cref="MirrorLimits.SnapshotRoutesMax"/>.</param>
    /// <param name="liveRoutes">Those that are not cleared.</param>
    public SnapshotPlan(int nodes, int homes, int routes, int liveRoutes)
    {
        Nodes = new SnapshotSection(
            SnapshotLayout.HeaderSize, nodes, SnapshotLayout.NodeSize, SnapshotLayout.PieceNodes, 0);
        Homes = Nodes.Next(homes, SnapshotLayout.HomesSize, SnapshotLayout.PieceHomes);
        Pages = Homes.Next(routes, SortedRoutes.RowSize, SortedRoutes.PageRows);
        Order = Pages.Next(liveRoutes, SortedRoutes.PlaceSize, SortedRoutes.OrderPlaces);
        Details = Order.Next(routes, RouteDetailLayout.Size, IRouteDetailStore.PieceRecords);
    }

    public SnapshotSection Nodes { get; }

    public SnapshotSection Homes { get; }

    public SnapshotSection Pages { get; }

    public SnapshotSection Order { get; }

    public SnapshotSection Details { get; }

    /// <summary>Where the digests begin.</summary>
    public long DigestsOffset => Details.End;

    /// <summary>Bytes of all digests.</summary>
    public int DigestsSize => Details.NextDigest * SnapshotLayout.DigestSize;

    /// <summary>Where the tag begins.</summary>
    public long TagOffset => DigestsOffset + DigestsSize;

    /// <summary>Bytes of the file.</summary>
    public long Size => TagOffset + SnapshotLayout.TagSize;

    /// <summary>Reads the counts of a header. False if no file of ours has them.</summary>
    public static bool TryRead(ReadOnlySpan<byte> header, out SnapshotPlan plan)
    {
        uint nodes = BinaryPrimitives.ReadUInt32BigEndian(header[SnapshotLayout.NodeCountOffset..]);
        uint homes = BinaryPrimitives.ReadUInt32BigEndian(header[SnapshotLayout.HomesCountOffset..]);
        uint routes = BinaryPrimitives.ReadUInt32BigEndian(header[SnapshotLayout.RouteCountOffset..]);
        uint live = BinaryPrimitives.ReadUInt32BigEndian(header[SnapshotLayout.LiveCountOffset..]);
        bool isPossible = nodes <= MirrorLimits.SnapshotNodesMax && routes <= MirrorLimits.SnapshotRoutesMax
            && live <= routes && homes <= live;
        plan = isPossible ? new SnapshotPlan((int)nodes, (int)homes, (int)routes, (int)live) : null!;
        return isPossible;
    }

    /// <summary>Writes the counts into a header.</summary>
    public void Write(Span<byte> header)
    {
        BinaryPrimitives.WriteInt32BigEndian(header[SnapshotLayout.NodeCountOffset..], Nodes.Count);
        BinaryPrimitives.WriteInt32BigEndian(header[SnapshotLayout.HomesCountOffset..], Homes.Count);
        BinaryPrimitives.WriteInt32BigEndian(header[SnapshotLayout.RouteCountOffset..], Pages.Count);
        BinaryPrimitives.WriteInt32BigEndian(header[SnapshotLayout.LiveCountOffset..], Order.Count);
    }
}
