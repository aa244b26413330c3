using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Snapshots that strangers give, with checksums made right again most of the time, so that the records are
/// reached.
/// </summary>
internal sealed class SharedSnapshotTarget : IFuzzTarget
{
    private static readonly MirrorOptions _options =
        new(31337, Samples.Recipient, Samples.Network.RouteRegistry, StartBlock: 1);

    public string Name => "shared-snapshot";

    public string Summary => "SharedSnapshotReader, words and table; accepted means written again the same";

    public IEnumerable<byte[]> Seeds => [Sample(0, 0, 0), Sample(1, 1, 0), Sample(3, 5, 2)];

    public bool Run(ReadOnlySpan<byte> input)
    {
        SharedSnapshotProblem problem = SharedSnapshotReader.TryOpen(
            new SnapshotBytesMemory(input.ToArray()), _options, out SharedSnapshotReader? reader);
        Check((problem == SharedSnapshotProblem.None) == (reader is not null), "a reader with a problem");
        if (reader is null)
            return false;
        Check(reader.Header.FileBytes == input.Length, "a file of another length");
        long words = CountWords(reader);
        if (words < 0)
            return false;
        using MemoryStream again = new();
        Copy(reader, new SharedSnapshotWriter(again, reader.Header));
        Check(input.SequenceEqual(again.ToArray()), "what was accepted is not what would be written");
        BlockHeader block = new(
            reader.Header.BlockNumber, reader.Header.BlockHash, default, 1_700_000_000, default, null);
        problem = SharedSnapshotTable.TryRead(
            reader, block, new byte[32], out MirrorSnapshot? snapshot, CancellationToken.None);
        Check(
            snapshot is null || snapshot.Table.Routes.Count == reader.Header.Routes,
            "a table with other routes than the file");
        return problem == SharedSnapshotProblem.None;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length <= SharedSnapshotHeader.Size)
            return false;
        SharedSnapshotPart part = (SharedSnapshotPart)random.Below(SharedSnapshotLayout.Parts);
        int offset = SharedSnapshotHeader.Size;
        for (SharedSnapshotPart before = 0; before < part; before++)
            offset += PartBytes(input.Bytes, before);
        int count = Count(input.Bytes, part), size = SharedSnapshotLayout.RecordSize(part);
        if (count is 0 or > 100 || offset + ((count + 1) * size) > input.Length)
            return false;
        int at = offset + (random.Below(count) * size);
        switch (random.Below(4))
        {
            case 0 when count > 1:
                input.Remove(at, size);
                SetCount(input.Bytes, part, count - 1);
                break;
            case 1:
                input.Insert(at, input.Bytes.Slice(at, size).ToArray());
                SetCount(input.Bytes, part, count + 1);
                break;
            case 2:
                input.Bytes.Slice(at + random.Below(size - 8), 8).Clear();
                break;
            default:
                random.Fill(input.Bytes.Slice(at + random.Below(size), 1));
                break;
        }

        return true;
    }

    /// <summary>Makes the checksums right, of the header and of each block that the counts lead to.</summary>
    public void Repair(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length < SharedSnapshotHeader.Size || random.OneIn(8))
            return;
        Span<byte> bytes = input.Bytes;
        SHA256.HashData(
            bytes[..SharedSnapshotLayout.ChecksumOffset], bytes[SharedSnapshotLayout.ChecksumOffset..]);
        byte[] header = bytes.Slice(
            SharedSnapshotLayout.ChecksumOffset, SharedSnapshotLayout.ChecksumSize).ToArray();
        int offset = SharedSnapshotHeader.Size;
        for (SharedSnapshotPart part = 0; (int)part < SharedSnapshotLayout.Parts; part++)
        {
            int count = Count(bytes, part);
            int size = count * SharedSnapshotLayout.RecordSize(part);
            if (count == 0)
                continue;
            if (count > 100 || offset + size + SharedSnapshotLayout.ChecksumSize > bytes.Length)
                return;
            byte[] hashed = [.. header, (byte)part, 0, 0, 0, 0, .. bytes.Slice(offset, size)];
            SHA256.HashData(hashed, bytes[(offset + size)..]);
            offset += size + SharedSnapshotLayout.ChecksumSize;
        }
    }

    /// <summary>Reads every word of both registries; -1 if a block cannot be used.</summary>
    private static long CountWords(SharedSnapshotReader reader)
    {
        long words = 0;
        foreach (SharedSnapshotWords source in (SharedSnapshotWords[])[
            SharedSnapshotWords.OfNodes(reader), SharedSnapshotWords.OfRoutes(reader)])
        {
            StorageWord[] buffer = new StorageWord[source.BlockWordsMax];
            long found = 0;
            for (int block = 0; block < source.Blocks; block++)
            {
                int count = source.Read(block, buffer);
                if (count < 0)
                {
                    Check(source.Problem != SharedSnapshotProblem.None, "refused without a reason");
                    return -1;
                }

                found += count;
            }

            Check(found <= source.WordsMax, "more words than the source may have");
            words += found;
            source.Dispose();
        }

        return words;
    }

    private static void Copy(SharedSnapshotReader reader, SharedSnapshotWriter writer)
    {
        SharedSnapshotBlock block = new();
        for (SharedSnapshotPart part = 0; (int)part < SharedSnapshotLayout.Parts; part++)
        {
            for (int index = 0; index < reader.Blocks(part); index++)
            {
                Check(reader.TryRead(part, index, block) == SharedSnapshotProblem.None, "not read again");
                for (int i = 0; i < block.Count; i++)
                    block[i].CopyTo(writer.Add(part));
            }
        }

        writer.Finish();
    }

    private static int CountOffset(SharedSnapshotPart part) => part switch
    {
        SharedSnapshotPart.Routes => SharedSnapshotLayout.RoutesOffset + 4,
        SharedSnapshotPart.RouteWords => SharedSnapshotLayout.RouteWordsOffset,
        _ => SharedSnapshotLayout.NodesOffset + (4 * (int)part),
    };

    private static int Count(ReadOnlySpan<byte> bytes, SharedSnapshotPart part) =>
        (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(bytes[CountOffset(part)..]), 1_000);

    private static void SetCount(Span<byte> bytes, SharedSnapshotPart part, int count) =>
        BinaryPrimitives.WriteUInt32BigEndian(bytes[CountOffset(part)..], (uint)count);

    private static int PartBytes(ReadOnlySpan<byte> bytes, SharedSnapshotPart part) =>
        (int)SharedSnapshotLayout.PartBytes(part, Count(bytes, part));

    private static byte[] Sample(int nodes, int routes, int others)
    {
        using MemoryStream stream = new();
        SharedSnapshotHeader header = new(
            _options, 30, new Bytes32(Samples.Pattern(32, 3)),
            new RegistryPosition((ulong)nodes, new Bytes32(Samples.Pattern(32, 1))),
            new RegistryPosition((ulong)routes, new Bytes32(Samples.Pattern(32, 2))),
            [nodes, others, others, others, routes, others]);
        SharedSnapshotWriter writer = new(stream, header);
        for (int i = 0; i < nodes; i++)
            writer.AddNode(RegistrySamples.Node, (ulong)i);
        for (byte i = 1; i <= others; i++)
            writer.AddKey(new Bytes32(Samples.Pattern(32, (byte)(i * 8))), i);
        for (byte i = 1; i <= others; i++)
            writer.AddSigner(new Address(Samples.Pattern(Address.Size, (byte)(i * 8))), i);
        AddWords(writer, SharedSnapshotPart.NodeWords, others);
        for (byte i = 1; i <= routes; i++)
        {
            RouteRecord route = i % 3 == 0 ? RouteRecord.Cleared(i) : RegistrySamples.Route(i);
            Address wallet = new(Samples.Pattern(Address.Size, (byte)(i * 16)));
            writer.AddRoute(wallet, new SharedRoute(route, i, RegistrySamples.Signature));
        }

        AddWords(writer, SharedSnapshotPart.RouteWords, others);
        writer.Finish();
        return stream.ToArray();
    }

    private static void AddWords(SharedSnapshotWriter writer, SharedSnapshotPart part, int count)
    {
        for (byte i = 1; i <= count; i++)
            writer.AddWord(part, new StorageWord(new Bytes32(Samples.Pattern(32, (byte)(i * 8))), default));
    }
}
