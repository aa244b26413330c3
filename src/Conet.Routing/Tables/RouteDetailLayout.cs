using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// What a route has beside wallet, homes and expiry, in a record of one size; integers big-endian. A cleared
/// route has key, flags and suite 0.
/// <code>
///   0         32     64      96         104     112     116     118     119
///   | prekey  | r    | vs    | sequence | block | epoch | flags | suite |
/// </code>
/// </summary>
internal static class RouteDetailLayout
{
    public const int ROffset = Bytes32.Size;
    public const int VsOffset = ROffset + Bytes32.Size;
    public const int SequenceOffset = VsOffset + Bytes32.Size;
    public const int BlockOffset = SequenceOffset + 8;
    public const int EpochOffset = BlockOffset + 8;
    public const int FlagsOffset = EpochOffset + 4;
    public const int SuiteOffset = FlagsOffset + 2;
    public const int Size = SuiteOffset + 1;

    public static void Write(Span<byte> record, RouteRow row)
    {
        row.Route.Prekey.CopyTo(record);
        row.Signature.R.CopyTo(record[ROffset..]);
        row.Signature.Vs.CopyTo(record[VsOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(record[SequenceOffset..], row.Sequence);
        BinaryPrimitives.WriteUInt64BigEndian(record[BlockOffset..], row.BlockNumber);
        BinaryPrimitives.WriteUInt32BigEndian(record[EpochOffset..], row.Route.Epoch);
        BinaryPrimitives.WriteUInt16BigEndian(record[FlagsOffset..], row.Route.Packed.Flags);
        record[SuiteOffset] = row.Route.Packed.Suite;
    }

    /// <summary>Reads a record. False if it is none that fits to the rest of the row.</summary>
    /// <param name="record">Exactly <see cref="Size"/> bytes.</param>
    /// <param name="homes">The route's; null for a cleared one.</param>
    /// <param name="expiresSeconds">The route's; 0 for a cleared one.</param>
    /// <param name="row">The row, or null.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> record, Homes? homes, ulong expiresSeconds, [NotNullWhen(true)] out RouteRow? row)
    {
        row = null;
        uint epoch = BinaryPrimitives.ReadUInt32BigEndian(record[EpochOffset..]);
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(record[FlagsOffset..]);
        byte suite = record[SuiteOffset];
        UInt256 word = PackedRoute.ClearedWord(epoch);
        if (homes is { } set)
        {
            if (!PackedRoute.TryCreate(
                new NodeId(set.First), new NodeId(set.Second), new NodeId(set.Third),
                suite, epoch, expiresSeconds, flags, out PackedRoute packed, out _))
            {
                return false;
            }

            word = packed.ToUInt256();
        }
        else if (suite != 0 || flags != 0 || expiresSeconds != 0)
        {
            return false;
        }

        if (!RouteRecord.TryParse(new Bytes32(record[..Bytes32.Size]), word, out RouteRecord route, out _))
            return false;
        CompactSignature signature = new(
            new Bytes32(record.Slice(ROffset, Bytes32.Size)),
            new Bytes32(record.Slice(VsOffset, Bytes32.Size)));
        row = new RouteRow(
            route,
            signature,
            BinaryPrimitives.ReadUInt64BigEndian(record[SequenceOffset..]),
            BinaryPrimitives.ReadUInt64BigEndian(record[BlockOffset..]));
        return true;
    }
}
