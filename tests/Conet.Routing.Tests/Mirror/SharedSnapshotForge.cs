using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;

namespace Conet.Routing.Tests.Mirror;

/// <summary>A snapshot taken apart, to be put together again differently, with right checksums.</summary>
internal sealed class SharedSnapshotForge
{
    private readonly List<byte[]>[] _records = [.. Enumerable.Range(0, 6).Select(_ => new List<byte[]>())];

    public SharedSnapshotForge(byte[] bytes, MirrorOptions options)
    {
        Options = options;
        Assert.Equal(SharedSnapshotProblem.None, SharedSnapshotReader.TryOpen(
            new SnapshotBytesMemory(bytes), options, out SharedSnapshotReader? reader));
        SharedSnapshotHeader header = reader!.Header;
        (BlockNumber, BlockHash) = (header.BlockNumber, header.BlockHash);
        (NodePosition, RoutePosition) = (header.NodePosition, header.RoutePosition);
        SharedSnapshotBlock block = new();
        for (SharedSnapshotPart part = 0; (int)part < _records.Length; part++)
        {
            for (int index = 0; index < reader.Blocks(part); index++)
            {
                Assert.Equal(SharedSnapshotProblem.None, reader.TryRead(part, index, block));
                for (int i = 0; i < block.Count; i++)
                    this[part].Add(block[i].ToArray());
            }
        }
    }

    public MirrorOptions Options { get; set; }

    public ulong BlockNumber { get; set; }

    public Bytes32 BlockHash { get; set; }

    public RegistryPosition NodePosition { get; set; }

    public RegistryPosition RoutePosition { get; set; }

    public List<byte[]> this[SharedSnapshotPart part] => _records[(int)part];

    public byte[] Encode()
    {
        using MemoryStream stream = new();
        SharedSnapshotHeader header = new(
            Options, BlockNumber, BlockHash, NodePosition, RoutePosition,
            [.. _records.Select(records => (long)records.Count)]);
        SharedSnapshotWriter writer = new(stream, header);
        for (SharedSnapshotPart part = 0; (int)part < _records.Length; part++)
        {
            foreach (byte[] record in this[part])
                record.CopyTo(writer.Add(part));
        }

        writer.Finish();
        return stream.ToArray();
    }
}
