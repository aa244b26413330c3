using System.Buffers.Binary;
using System.Numerics;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>The cells of refused.json. A cell's place in the list is its seed: add at the end only.</summary>
internal static class GoldenRefusalList
{
    private const uint FirstSeed = 2000;

    public static readonly string[] LowOrderPoints =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000080",
    ];

    private static readonly BigInteger _order = Number(
        Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));

    public static IReadOnlyList<GoldenRefusal> All { get; } =
        [.. new[] { NotOpened(), Envelopes(), Times(), Signatures(), Buckets() }.SelectMany(list => list)
            .Select((make, i) => make(FirstSeed + (uint)i))];

    private static IEnumerable<Func<uint, GoldenRefusal>> NotOpened()
    {
        foreach (int size in new[] { 0, 1159, 1161, 2320 })
        {
            yield return seed => Altered($"{size} bytes", seed, "size", cell =>
            {
                byte[] other = new byte[size];
                cell.AsSpan(0, Math.Min(size, cell.Length)).CopyTo(other);
                return other;
            });
        }

        foreach (int offset in new[] { 0, 19, 20, 51, 52, 600, 1143, 1144, 1159 })
            yield return seed =>
                Altered($"byte {offset} altered", seed, "tag", cell => Flip(cell, offset, 0x02));
        foreach (string point in LowOrderPoints)
        {
            yield return seed => Altered(
                $"enc of low order {point[..4]}..{point[^2..]}", seed, "lowOrder", cell =>
            {
                Convert.FromHexString(point).CopyTo(cell, FirstContactSeal.EncOffset);
                return cell;
            });
        }

        yield return seed => Foreign("another chain id", seed, network => network with { ChainId = 1 });
        yield return seed => Foreign(
            "another registry",
            seed,
            network => network with { RouteRegistry = GoldenCell.MainNetwork.RouteRegistry });
        yield return seed =>
            Resealed("suite 2 in the info", seed, (exchange, _) => exchange.Info[40] = 2, false);
        yield return seed => Resealed("aad without the destination", seed, (_, _) => { }, true);
    }

    private static IEnumerable<Func<uint, GoldenRefusal>> Envelopes()
    {
        const int Version = EnvelopeLayout.VersionOffset, Kind = EnvelopeLayout.KindOffset;
        const int Auth = EnvelopeLayout.AuthOffset, Body = EnvelopeLayout.BodyOffset;
        (string Name, int Offset, byte[] Bytes, string Reason)[] anonymous =
        [
            ("version 0", Version, [0], "unknownVersion"), ("version 2", Version, [2], "unknownVersion"),
            ("kind 0x00", Kind, [0], "unknownKind"), ("kind 0x05", Kind, [5], "unknownKind"),
            ("kind 0x0f", Kind, [0x0F], "unknownKind"), ("kind 0x1a", Kind, [0x1A], "unknownKind"),
            ("kind 0x1e", Kind, [0x1E], "unknownKind"), ("kind 0x22", Kind, [0x22], "unknownKind"),
            ("kind 0xff", Kind, [0xFF], "unknownKind"), ("auth 2", Auth, [2], "badAuth"),
            ("ATTACH without a signature", Kind, [0x10], "badAuth"),
            ("PROBE without a signature", Kind, [0x20], "badAuth"),
            ("ttlSec 0", EnvelopeLayout.TtlSecOffset, [0, 0, 0, 0], "badLifetime"),
            ("ttlSec 604 801", EnvelopeLayout.TtlSecOffset, [0, 9, 0x3A, 0x81], "badLifetime"),
            ("ttlSec 2^32 - 1", EnvelopeLayout.TtlSecOffset, [255, 255, 255, 255], "badLifetime"),
            ("bodyLen 973", EnvelopeLayout.BodyLengthOffset, [3, 0xCD], "badBodyLength"),
            ("bodyLen 65 535", EnvelopeLayout.BodyLengthOffset, [255, 255], "badBodyLength"),
            ("first byte of padding", Body + 21, [1], "badPadding"),
            ("last byte of padding", EnvelopeLayout.Size - 1, [0x80], "badPadding"),
            ("body shorter than its bytes", EnvelopeLayout.BodyLengthOffset, [0, 20], "badPadding"),
            ("anonymous with a sender", EnvelopeLayout.FromOffset + 19, [1], "badSender"),
            ("anonymous with an r", EnvelopeLayout.SignatureOffset, [1], "badSender"),
            ("anonymous with a v", EnvelopeLayout.SignatureOffset + 64, [27], "badSender"),
            ("signed by nobody", Auth, [1], "badSender"),
        ];
        foreach (var (name, offset, bytes, reason) in anonymous)
            yield return seed => Rewritten(name, seed, false, reason, null, e => bytes.CopyTo(e, offset));
        foreach (byte kind in new byte[] { 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1F, 0x21 })
        {
            yield return seed => Rewritten(
                $"kind 0x{kind:x2} with a signature", seed, true, "badAuth", null, e => e[Kind] = kind);
        }
    }

    private static IEnumerable<Func<uint, GoldenRefusal>> Buckets()
    {
        const int Kind = EnvelopeLayout.KindOffset;
        foreach (byte kind in new byte[] { 0x30, 0x31, 0x32, 0x33 })
        {
            yield return seed => Rewritten(
                $"kind 0x{kind:x2} with a signature", seed, true, "badAuth", null, e => e[Kind] = kind);
        }
    }

    private static IEnumerable<Func<uint, GoldenRefusal>> Times()
    {
        foreach ((string name, long offset, string reason) in new[]
        {
            ("as early as may be", -120_000L, "none"), ("early", -120_001L, "early"),
            ("at the end of its life", 719_999L, "none"), ("expired", 720_000L, "expired"),
        })
        {
            yield return seed => Rewritten(name, seed, true, reason, null, _ => { }) with
            {
                NowMs = (ulong)((long)GoldenCell.Now + offset),
            };
        }

        yield return seed => Rewritten("issued at the end of time", seed, false, "early", null,
            e => e.AsSpan(EnvelopeLayout.IssuedMsOffset, 8).Fill(0xFF));
    }

    private static IEnumerable<Func<uint, GoldenRefusal>> Signatures()
    {
        const int R = EnvelopeLayout.SignatureOffset, S = R + 32, V = S + 32;
        yield return seed => Rewritten("flags are not signed", seed, true, "none", null, e => e[3] ^= 1);
        foreach (byte v in new byte[] { 0, 1, 26, 29, 255 })
            yield return seed => Unsigned($"v {v}", seed, "v", e => e[V] = v);
        yield return seed => Unsigned("r 0", seed, "r", e => Put(e, R, 0));
        yield return seed => Unsigned("r = n", seed, "r", e => Put(e, R, _order));
        yield return seed =>
            Unsigned("r = 2^256 - 1", seed, "r", e => Put(e, R, (BigInteger.One << 256) - 1));
        yield return seed => Unsigned("s 0", seed, "s", e => Put(e, S, 0));
        yield return seed => Unsigned("s = n", seed, "s", e => Put(e, S, _order));
        yield return seed => Unsigned("high s", seed, "s", e =>
        {
            Put(e, S, _order - Number(e.AsSpan(S, 32)));
            e[V] ^= 27 ^ 28;
        });
        yield return seed => Unsigned("s = n/2 + 1", seed, "s", e => Put(e, S, (_order / 2) + 1));
        yield return seed => Unsigned("r = 5, which is on no point", seed, "recovery", e => Put(e, R, 5));
        yield return seed => Unsigned("the other v", seed, "mismatch", e => e[V] ^= 27 ^ 28);
        yield return seed =>
            Unsigned("another sender", seed, "mismatch", e => e[EnvelopeLayout.FromOffset] ^= 1);
        yield return seed =>
            Unsigned("another kind", seed, "mismatch", e => e[EnvelopeLayout.KindOffset] = 4);
        yield return seed =>
            Unsigned("another time", seed, "mismatch", e => e[EnvelopeLayout.IssuedMsOffset + 7] ^= 1);
        yield return seed =>
            Unsigned("another life", seed, "mismatch", e => e[EnvelopeLayout.TtlSecOffset + 3] ^= 1);
        yield return seed =>
            Unsigned("another msgId", seed, "mismatch", e => e[EnvelopeLayout.MessageIdOffset] ^= 1);
        yield return seed =>
            Unsigned("another body", seed, "mismatch", e => e[EnvelopeLayout.BodyOffset + 2] ^= 1);
        yield return seed => SignedFor("for another wallet", seed, GoldenTarget.Wallet,
            (cell, _) => (cell.Network, Plain(seed + 500).To));
        yield return seed => SignedFor("for the home address in place of the wallet", seed, GoldenTarget.Home,
            (cell, _) => (cell.Network, cell.Destination));
        yield return seed => SignedFor("for another alias", seed, GoldenTarget.Alias,
            (cell, _) => (cell.Network, (Plain(seed + 500) with { Target = GoldenTarget.Alias }).To));
        yield return seed => SignedFor("for another network", seed, GoldenTarget.Wallet,
            (cell, _) => (GoldenCell.MainNetwork, cell.To));
        yield return seed => SignedFor("for another exchange", seed, GoldenTarget.Wallet, (cell, commit) =>
        {
            commit[0] ^= 1;
            return (cell.Network, cell.To);
        });
    }

    private static GoldenCell Plain(uint seed, bool isSigned = false) =>
        new("", seed, BodyKind.Message, GoldenBodies.Message(seed, 20)) { IsSigned = isSigned };

    private static GoldenRefusal Altered(string name, uint seed, string detail, Func<byte[], byte[]> alter)
    {
        GoldenCell cell = Plain(seed, isSigned: true);
        return new GoldenRefusal(name, cell, alter(new GoldenTrace(cell).Cell), "notOpened", detail);
    }

    private static GoldenRefusal Foreign(string name, uint seed, Func<NetworkId, NetworkId> change)
    {
        GoldenCell cell = Plain(seed);
        GoldenTrace trace = new(cell with { Network = change(cell.Network) });
        return new GoldenRefusal(name, cell, trace.Cell, "notOpened", "tag");
    }

    private static GoldenRefusal Resealed(
        string name, uint seed, Action<GoldenExchange, byte[]> change, bool isWithoutDestination)
    {
        GoldenCell cell = Plain(seed);
        GoldenTrace trace = new(cell);
        change(trace.Exchange, trace.Envelope);
        GoldenExchange other = new(
            cell.Network, trace.RecipientPublic, cell.EphemeralKeyMaterial, trace.Exchange.Info);
        byte[] bytes = other.Seal(cell.Destination, trace.Envelope, isWithoutDestination ? other.Enc : null);
        return new GoldenRefusal(name, cell, bytes, "notOpened", "tag");
    }

    private static GoldenRefusal Rewritten(
        string name, uint seed, bool isSigned, string reason, string? detail, Action<byte[]> change)
    {
        GoldenCell cell = Plain(seed, isSigned);
        GoldenTrace trace = new(cell);
        change(trace.Envelope);
        return new GoldenRefusal(
            name, cell, trace.Exchange.Seal(cell.Destination, trace.Envelope), reason, detail);
    }

    private static GoldenRefusal Unsigned(string name, uint seed, string detail, Action<byte[]> change) =>
        Rewritten(name, seed, true, "badSignature", detail, change);

    private static GoldenRefusal SignedFor(
        string name,
        uint seed,
        GoldenTarget target,
        Func<GoldenCell, byte[], (NetworkId Network, Address To)> change)
    {
        GoldenCell cell = Plain(seed, isSigned: true) with { Target = target };
        GoldenTrace trace = new(cell);
        byte[] commit = [.. trace.Exchange.KeyCommit];
        (NetworkId network, Address to) = change(cell, commit);
        using Wallet signer = GoldenCell.Import(cell.SenderSecret);
        EnvelopeWriter.Sign(signer, network, cell.DraftTo(to), commit, trace.Envelope);
        byte[] bytes = trace.Exchange.Seal(cell.Destination, trace.Envelope);
        return new GoldenRefusal(name, cell, bytes, "badSignature", "mismatch");
    }

    private static byte[] Flip(byte[] bytes, int offset, byte bits)
    {
        bytes[offset] ^= bits;
        return bytes;
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) =>
        new(bytes, isUnsigned: true, isBigEndian: true);

    private static void Put(byte[] envelope, int offset, BigInteger value)
    {
        Span<byte> word = envelope.AsSpan(offset, 32);
        word.Clear();
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(word[(32 - bytes.Length)..]);
    }
}
