using System.Buffers.Binary;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Writes a shared snapshot, record by record in the order of the file, with as many of each kind as the
/// header says. One thread.
/// </summary>
internal sealed class SharedSnapshotWriter
{
    private readonly Stream _stream;
    private readonly SharedSnapshotHeader _header;
    private readonly byte[] _headerChecksum;
    private readonly SharedSnapshotBlock _block = new();
    private SharedSnapshotPart _part;
    private long _inPart;
    private int _inBlock;

    /// <summary>Writes the header.</summary>
    public SharedSnapshotWriter(Stream stream, SharedSnapshotHeader header)
    {
        _stream = stream;
        _header = header;
        byte[] bytes = new byte[SharedSnapshotHeader.Size];
        header.Write(bytes);
        _headerChecksum = bytes[SharedSnapshotLayout.ChecksumOffset..];
        stream.Write(bytes);
    }

    /// <summary>Writes a node with the next id.</summary>
    public void AddNode(in NodeRecord node, ulong bondFreeAt)
    {
        Span<byte> record = Add(SharedSnapshotPart.Nodes);
        NodeWords.Write(node, record);
        BinaryPrimitives.WriteUInt64BigEndian(record[NodeWords.Size..], bondFreeAt);
    }

    /// <summary>Writes a key that a node used before.</summary>
    public void AddKey(in Bytes32 point, uint nodeId)
    {
        Span<byte> record = Add(SharedSnapshotPart.Keys);
        point.CopyTo(record);
        BinaryPrimitives.WriteUInt32BigEndian(record[Bytes32.Size..], nodeId);
    }

    /// <summary>Writes a signer that a node used before.</summary>
    public void AddSigner(in Address signer, uint nodeId)
    {
        Span<byte> record = Add(SharedSnapshotPart.Signers);
        signer.CopyTo(record);
        BinaryPrimitives.WriteUInt32BigEndian(record[Address.Size..], nodeId);
    }

    /// <summary>Writes another word of a registry.</summary>
    public void AddWord(SharedSnapshotPart part, in StorageWord word)
    {
        Span<byte> record = Add(part);
        word.Slot.CopyTo(record);
        word.Word.CopyTo(record[Bytes32.Size..]);
    }

    /// <summary>Writes a route.</summary>
    public void AddRoute(in Address wallet, in SharedRoute route)
    {
        Span<byte> record = Add(SharedSnapshotPart.Routes);
        wallet.CopyTo(record);
        route.Write(record);
    }

    /// <summary>Room for the next record, all zero.</summary>
    public Span<byte> Add(SharedSnapshotPart part)
    {
        EndPart(part);
        if (_inPart == _header.Records(part))
            throw new InvalidOperationException("More records than the header says.");
        if (_inBlock == 0)
        {
            long left = Math.Min(SharedSnapshotLayout.BlockRecords, _header.Records(part) - _inPart);
            int index = (int)(_inPart / SharedSnapshotLayout.BlockRecords);
            _block.Begin(_headerChecksum, part, index, (int)left);
        }

        Span<byte> record = _block[_inBlock];
        record.Clear();
        _inBlock++;
        _inPart++;
        return record;
    }

    /// <summary>Writes what is left. All records must have been added.</summary>
    public void Finish()
    {
        EndPart(to: (SharedSnapshotPart)SharedSnapshotLayout.Parts);
        _stream.Flush();
    }

    private void EndPart(SharedSnapshotPart to)
    {
        if (_inBlock > 0 && _inBlock == _block.Count)
        {
            _block.Seal();
            _stream.Write(_block.Stored);
            _inBlock = 0;
        }

        for (; _part < to; _part++, _inPart = 0)
        {
            if (_inPart != _header.Records(_part))
                throw new InvalidOperationException("Fewer records than the header says.");
        }

        if (_part != to)
            throw new InvalidOperationException("Parts come in the order of the file.");
    }
}
