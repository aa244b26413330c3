using System.Buffers.Binary;
using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// A wallet's route in a shared snapshot. The signature is not proved: it proves itself at use.
/// </summary>
/// <param name="Route">The record, live or cleared.</param>
/// <param name="Nonce">The wallet's nonce in the registry.</param>
/// <param name="Signature">The wallet's signature; zero for an unsigned or cleared one.</param>
internal readonly record struct SharedRoute(RouteRecord Route, ulong Nonce, CompactSignature Signature)
{
    /// <summary>Writes what stands in a record after the wallet.</summary>
    public void Write(Span<byte> record)
    {
        Route.Prekey.CopyTo(record[SharedSnapshotLayout.PrekeyOffset..]);
        Span<byte> packed = stackalloc byte[Bytes32.Size];
        Route.ToPackedWord().WriteBigEndian(packed);
        packed[^SharedSnapshotLayout.PackedSize..].CopyTo(record[SharedSnapshotLayout.PackedOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(record[SharedSnapshotLayout.NonceOffset..], Nonce);
        Signature.R.CopyTo(record[SharedSnapshotLayout.SignatureOffset..]);
        Signature.Vs.CopyTo(record[(SharedSnapshotLayout.SignatureOffset + Bytes32.Size)..]);
    }

    /// <summary>Reads a record; false if no wallet can have such a route.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, out SharedRoute route)
    {
        bool isRoute = RouteRecord.TryParse(
            ReadPrekey(record), ReadPacked(record).ToUInt256(), out RouteRecord read, out _);
        bool isSet = read.Epoch != 0 && read.IsLive != read.Prekey.IsZero;
        ReadOnlySpan<byte> signature = record[SharedSnapshotLayout.SignatureOffset..];
        Bytes32 r = new(signature[..Bytes32.Size]), vs = new(signature.Slice(Bytes32.Size, Bytes32.Size));
        route = new SharedRoute(read, ReadNonce(record), new CompactSignature(r, vs));
        return isRoute && isSet;
    }

    /// <summary>The wallet's nonce.</summary>
    public static ulong ReadNonce(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt64BigEndian(record[SharedSnapshotLayout.NonceOffset..]);

    /// <summary>The first word of the route.</summary>
    public static Bytes32 ReadPrekey(ReadOnlySpan<byte> record) =>
        new(record.Slice(SharedSnapshotLayout.PrekeyOffset, Bytes32.Size));

    /// <summary>The second word of the route.</summary>
    public static Bytes32 ReadPacked(ReadOnlySpan<byte> record)
    {
        Span<byte> word = stackalloc byte[Bytes32.Size];
        word.Clear();
        record.Slice(SharedSnapshotLayout.PackedOffset, SharedSnapshotLayout.PackedSize)
            .CopyTo(word[^SharedSnapshotLayout.PackedSize..]);
        return new Bytes32(word);
    }
}
