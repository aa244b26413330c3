using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// A node's own copy of the table, to start from. Trusted only under the node's own key: a file of another
/// node, another chain or another version, a truncated or altered one, is refused with a reason. Written
/// beside and renamed, so that a crash leaves the old file whole.
/// </summary>
public static class SnapshotFile
{
    /// <summary>Bytes of the key.</summary>
    public const int KeySize = 32;

    /// <summary>Encodes a snapshot.</summary>
    /// <param name="snapshot">What to write.</param>
    /// <param name="options">Chain and registries it belongs to.</param>
    /// <param name="key">32 secret bytes of this node.</param>
    public static byte[] Encode(MirrorSnapshot snapshot, MirrorOptions options, ReadOnlySpan<byte> key)
    {
        RouteTable table = snapshot.Table;
        long size = SnapshotLayout.HeaderSize
            + ((long)table.Nodes.Count * SnapshotLayout.NodeSize)
            + ((long)table.Routes.Count * SnapshotLayout.RouteSize)
            + SnapshotLayout.TagSize;
        byte[] bytes = new byte[checked((int)size)];
        WriteHeader(bytes, snapshot, options, key);
        Span<byte> rest = bytes.AsSpan(SnapshotLayout.HeaderSize);
        foreach ((uint id, NodeRow row) in table.Nodes)
        {
            WriteNode(rest, id, row);
            rest = rest[SnapshotLayout.NodeSize..];
        }

        foreach ((Address wallet, RouteRow row) in table.Routes.OrderBy(entry => entry.Key))
        {
            WriteRoute(rest, wallet, row);
            rest = rest[SnapshotLayout.RouteSize..];
        }

        HMACSHA256.HashData(key, bytes.AsSpan(0, bytes.Length - SnapshotLayout.TagSize), rest);
        return bytes;
    }

    /// <summary>Writes a snapshot atomically.</summary>
    /// <exception cref="IOException">
    /// The disk is full or the folder is gone; the old file is as it was.
    /// </exception>
    public static void Write(
        string path, MirrorSnapshot snapshot, MirrorOptions options, ReadOnlySpan<byte> key)
    {
        byte[] bytes = Encode(snapshot, options, key);
        string beside = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (FileStream file = new(beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Chain and registries it must belong to.</param>
    /// <param name="key">32 secret bytes of this node.</param>
    /// <param name="tableSecret">32 bytes from a secure generator, for the trie.</param>
    /// <param name="snapshot">The snapshot, or null.</param>
    public static SnapshotProblem TryRead(
        string path,
        MirrorOptions options,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> tableSecret,
        out MirrorSnapshot? snapshot)
    {
        snapshot = null;
        byte[] bytes;
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
                return SnapshotProblem.Missing;
            if (file.Length > Math.Min(MirrorLimits.SnapshotBytesMax, Array.MaxLength))
                return SnapshotProblem.Unreadable;
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return SnapshotProblem.Unreadable;
        }

        return TryDecode(bytes, options, key, tableSecret, out snapshot);
    }

    /// <summary>Decodes a snapshot from bytes that may be anything. Never throws.</summary>
    public static SnapshotProblem TryDecode(
        ReadOnlySpan<byte> bytes,
        MirrorOptions options,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> tableSecret,
        out MirrorSnapshot? snapshot)
    {
        snapshot = null;
        SnapshotProblem problem = CheckFrame(bytes, options, key, out int nodes, out int routes);
        if (problem != SnapshotProblem.None)
            return problem;
        RouteTableBuilder builder = RouteTable.Create(tableSecret).ToBuilder();
        builder.SetTime(BinaryPrimitives.ReadUInt64BigEndian(bytes[SnapshotLayout.TimeOffset..]));
        ReadOnlySpan<byte> rest = bytes[SnapshotLayout.HeaderSize..];
        uint lastNode = 0;
        for (int i = 0; i < nodes; i++)
        {
            if (!TryReadNode(rest, ref lastNode, builder))
                return SnapshotProblem.Malformed;
            rest = rest[SnapshotLayout.NodeSize..];
        }

        Address? lastWallet = null;
        for (int i = 0; i < routes; i++)
        {
            if (!TryReadRoute(rest, ref lastWallet, builder))
                return SnapshotProblem.Malformed;
            rest = rest[SnapshotLayout.RouteSize..];
        }

        builder.Restore(
            ReadPosition(bytes[SnapshotLayout.NodePositionOffset..]),
            ReadPosition(bytes[SnapshotLayout.RoutePositionOffset..]));
        snapshot = new MirrorSnapshot(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[SnapshotLayout.BlockOffset..]),
            new Bytes32(bytes.Slice(SnapshotLayout.BlockHashOffset, Bytes32.Size)),
            builder.Build());
        return SnapshotProblem.None;
    }

    private static SnapshotProblem CheckFrame(
        ReadOnlySpan<byte> bytes, MirrorOptions options, ReadOnlySpan<byte> key, out int nodes,
        out int routes)
    {
        nodes = 0;
        routes = 0;
        if (bytes.Length < SnapshotLayout.HeaderSize + SnapshotLayout.TagSize
            || !bytes.StartsWith(SnapshotLayout.Magic))
        {
            return SnapshotProblem.NotASnapshot;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(
            bytes[SnapshotLayout.VersionOffset..]) != SnapshotLayout.Version)
            return SnapshotProblem.OtherVersion;
        Span<byte> keyId = stackalloc byte[SnapshotLayout.KeyIdSize];
        WriteKeyId(key, keyId);
        if (!bytes.Slice(SnapshotLayout.KeyIdOffset, SnapshotLayout.KeyIdSize).SequenceEqual(keyId))
            return SnapshotProblem.Foreign;
        if (BinaryPrimitives.ReadUInt64BigEndian(bytes[SnapshotLayout.ChainIdOffset..]) != options.ChainId
            || new Address(
                bytes.Slice(SnapshotLayout.NodeRegistryOffset, Address.Size)) != options.NodeRegistry
            || new Address(
                bytes.Slice(SnapshotLayout.RouteRegistryOffset, Address.Size)) != options.RouteRegistry)
        {
            return SnapshotProblem.OtherChain;
        }

        uint nodeCount = BinaryPrimitives.ReadUInt32BigEndian(bytes[SnapshotLayout.NodeCountOffset..]);
        ulong routeCount = BinaryPrimitives.ReadUInt64BigEndian(bytes[SnapshotLayout.RouteCountOffset..]);
        UInt128 size = (UInt128)SnapshotLayout.HeaderSize + SnapshotLayout.TagSize
            + ((UInt128)nodeCount * SnapshotLayout.NodeSize) + (
                (UInt128)routeCount * SnapshotLayout.RouteSize);
        if (size != (UInt128)bytes.Length)
            return SnapshotProblem.Corrupt;
        Span<byte> tag = stackalloc byte[SnapshotLayout.TagSize];
        HMACSHA256.HashData(key, bytes[..^SnapshotLayout.TagSize], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, bytes[^SnapshotLayout.TagSize..]))
            return SnapshotProblem.Corrupt;
        nodes = (int)nodeCount;
        routes = (int)routeCount;
        return SnapshotProblem.None;
    }

    private static void WriteHeader(
        Span<byte> bytes, MirrorSnapshot snapshot, MirrorOptions options, ReadOnlySpan<byte> key)
    {
        RouteTable table = snapshot.Table;
        SnapshotLayout.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[SnapshotLayout.VersionOffset..], SnapshotLayout.Version);
        WriteKeyId(key, bytes.Slice(SnapshotLayout.KeyIdOffset, SnapshotLayout.KeyIdSize));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[SnapshotLayout.ChainIdOffset..], options.ChainId);
        options.NodeRegistry.CopyTo(bytes[SnapshotLayout.NodeRegistryOffset..]);
        options.RouteRegistry.CopyTo(bytes[SnapshotLayout.RouteRegistryOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[SnapshotLayout.BlockOffset..], snapshot.BlockNumber);
        snapshot.BlockHash.CopyTo(bytes[SnapshotLayout.BlockHashOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[SnapshotLayout.TimeOffset..], table.TimeSeconds);
        WritePosition(bytes[SnapshotLayout.NodePositionOffset..], table.NodePosition);
        WritePosition(bytes[SnapshotLayout.RoutePositionOffset..], table.RoutePosition);
        BinaryPrimitives.WriteUInt32BigEndian(
            bytes[SnapshotLayout.NodeCountOffset..], (uint)table.Nodes.Count);
        BinaryPrimitives.WriteUInt64BigEndian(
            bytes[SnapshotLayout.RouteCountOffset..], (ulong)table.Routes.Count);
    }

    private static void WriteKeyId(ReadOnlySpan<byte> key, Span<byte> keyId)
    {
        if (key.Length != KeySize)
            throw new ArgumentException("A snapshot key has 32 bytes.", nameof(key));
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(key, hash);
        hash[..SnapshotLayout.KeyIdSize].CopyTo(keyId);
    }

    private static void WritePosition(Span<byte> bytes, RegistryPosition position)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, position.Count);
        position.Hash.CopyTo(bytes[8..]);
    }

    private static RegistryPosition ReadPosition(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), new Bytes32(bytes.Slice(8, Bytes32.Size)));

    private static void WriteNode(Span<byte> bytes, uint id, NodeRow row)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[4..], row.Sequence);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[12..], row.BlockNumber);
        AbiCallWriter writer = new(0, NodeRecord.EncodedSize / AbiType.WordSize);
        row.Node.Write(ref writer);
        writer.Finish().AsSpan(AbiCallWriter.SelectorSize).CopyTo(bytes[20..]);
    }

    private static bool TryReadNode(ReadOnlySpan<byte> bytes, ref uint last, RouteTableBuilder builder)
    {
        uint id = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (id <= last
            || !NodeRecord.TryDecode(bytes.Slice(20, NodeRecord.EncodedSize), out NodeRecord node, out _))
            return false;
        last = id;
        ulong sequence = BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]);
        builder.Restore(id, new NodeRow(node, sequence, BinaryPrimitives.ReadUInt64BigEndian(bytes[12..])));
        return true;
    }

    private static void WriteRoute(Span<byte> bytes, in Address wallet, RouteRow row)
    {
        wallet.CopyTo(bytes);
        row.Route.Prekey.CopyTo(bytes[20..]);
        row.Route.ToPackedWord().WriteBigEndian(bytes.Slice(52, 32));
        row.Signature.R.CopyTo(bytes[84..]);
        row.Signature.Vs.CopyTo(bytes[116..]);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[148..], row.Sequence);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[156..], row.BlockNumber);
    }

    private static bool TryReadRoute(ReadOnlySpan<byte> bytes, ref Address? last, RouteTableBuilder builder)
    {
        Address wallet = new(bytes[..Address.Size]);
        Bytes32 prekey = new(bytes.Slice(20, 32));
        UInt256 packed = UInt256.FromBigEndian(bytes.Slice(52, 32));
        if (wallet <= (last ?? default)
            || !RouteRecord.TryParse(prekey, packed, out RouteRecord route, out _))
            return false;
        last = wallet;
        CompactSignature signature = new(new Bytes32(bytes.Slice(84, 32)), new Bytes32(bytes.Slice(116, 32)));
        ulong sequence = BinaryPrimitives.ReadUInt64BigEndian(bytes[148..]);
        ulong block = BinaryPrimitives.ReadUInt64BigEndian(bytes[156..]);
        builder.Restore(wallet, new RouteRow(route, signature, sequence, block));
        return true;
    }
}
