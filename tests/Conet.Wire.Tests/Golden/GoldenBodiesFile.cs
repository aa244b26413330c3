using System.Text.Json;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>
/// Writes bodies.json: bodies with their fields, a message cut into fragments, malformed bodies.
/// </summary>
internal static class GoldenBodiesFile
{
    private const uint Seed = 3000;
    private const int CutContentBytes = 2000;

    private static byte[] CutBody =>
        GoldenBodies.Message(Seed, CutContentBytes, hasBlock: true, wantsReceipt: true);

    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.List("bodies", Valid(), body => WriteValid(json, body));
        WriteCut(json);
        json.List("malformed", Malformed(), body => WriteMalformed(json, body));
        json.WriteEndObject();
    }

    /// <summary>Every malformed body with the kind it claims to be.</summary>
    public static IEnumerable<GoldenBody> Malformed()
    {
        byte[] withBlock = GoldenBodies.Message(Seed, 5, hasBlock: true, wantsReceipt: true);
        byte[] attach = GoldenBodies.Attach(Seed), ack = GoldenBodies.Acknowledgement(7, 40, i => i == 9);
        byte[] register = GoldenBodies.Register(Seed, 2), revoke = GoldenBodies.Revoke(Seed, 2);
        byte[] fragment = GoldenBodies.Fragment(7, 0, CutBody), last = GoldenBodies.Fragment(7, 2, CutBody);
        yield return new("no options", BodyKind.Message, []);
        yield return new("unknown option", BodyKind.Message, [4]);
        yield return new("receipt without reply block", BodyKind.Message, [2, 1, 2]);
        yield return new("reply block cut short", BodyKind.Message, withBlock[..60]);
        yield return new("reply block without a node", BodyKind.Message, With(withBlock, 1, new byte[4]));
        yield return new("reply block of a node itself", BodyKind.Message, With(withBlock, 5, new byte[16]));
        yield return new("no piece", BodyKind.Fragment, last[..8]);
        yield return new("piece too long", BodyKind.Fragment, [.. fragment, 0]);
        yield return new("count 1", BodyKind.Fragment, With(fragment, 6, [0, 1]));
        yield return new("index = count", BodyKind.Fragment, With(last, 4, [0, 3]));
        yield return new("short piece that is not the last", BodyKind.Fragment, fragment[..^1]);
        yield return new("too short", BodyKind.FragmentAck, ack[..7]);
        yield return new("count 1", BodyKind.FragmentAck, With(ack[..8], 4, [0, 1]));
        yield return new("base beyond count", BodyKind.FragmentAck, With(ack[..8], 6, [0, 41]));
        yield return new("zero at the end of the bit map", BodyKind.FragmentAck, [.. ack, 0]);
        yield return new("base said to be there", BodyKind.FragmentAck, With(ack, 8, [1]));
        yield return new("bit beyond count", BodyKind.FragmentAck, With(ack, 4, [0, 9]));
        yield return new("bit map for a complete message", BodyKind.FragmentAck, With(ack, 6, [0, 40]));
        yield return new("bit map too long", BodyKind.FragmentAck,
            [0, 0, 0, 7, 255, 255, 0, 0, .. new byte[940], 1]);
        yield return new("node id 0", BodyKind.Attach, With(attach, 0, new byte[4]));
        yield return new("return address of the node itself", BodyKind.Attach, With(attach, 4, new byte[16]));
        yield return new("unknown option", BodyKind.Attach, With(attach, 56, [1]));
        yield return new("no alias", BodyKind.AliasRegister, With(register[..21], 20, [0]));
        yield return new(
            "30 aliases", BodyKind.AliasRegister, [.. With(register[..21], 20, [30]), .. new byte[960]]);
        yield return new("count above what is there", BodyKind.AliasRegister, With(register, 20, [3]));
        yield return new("no alias", BodyKind.AliasRevoke, With(revoke[..17], 16, [0]));
        yield return new(
            "48 aliases", BodyKind.AliasRevoke, [.. With(revoke[..17], 16, [48]), .. new byte[960]]);
        yield return new("count below what is there", BodyKind.AliasRevoke, With(revoke, 16, [1]));
        yield return new(
            "alias in place of the node itself",
            BodyKind.Probe,
            GoldenBodies.BlockBytes(GoldenBodies.Block(Seed)));
        foreach (GoldenBody body in MalformedBuckets())
            yield return body;
        foreach ((BodyKind kind, byte[] body) in FixedSizes())
        {
            yield return new("one byte short", kind, body[..^1]);
            yield return new("one byte long", kind, [.. body, 0]);
        }
    }

    public static IEnumerable<GoldenBody> Valid()
    {
        ReplyBlock block = GoldenBodies.Block(Seed);
        foreach ((int size, bool hasBlock, bool wantsReceipt) in new[]
        {
            (0, false, false), (5, false, false), (971, false, false), (0, true, false), (5, true, true),
            (911, true, true),
        })
        {
            yield return new(
                $"{size} bytes", BodyKind.Message, GoldenBodies.Message(Seed, size, hasBlock, wantsReceipt))
            {
                Fields = json =>
                {
                    json.HexOrNull("replyBlock", hasBlock ? GoldenBodies.BlockBytes(block) : null);
                    json.WriteBoolean("receipt", wantsReceipt);
                    json.Hex("content", GoldenBodies.Content(Seed, size));
                },
            };
        }

        foreach (GoldenBody body in Acknowledgements().Concat(Control()))
            yield return body;
    }

    private static IEnumerable<GoldenBody> MalformedBuckets()
    {
        byte[] ask = GoldenBodies.BucketAsk(Seed, 9), state = GoldenBodies.BucketStanding(Seed);
        byte[] piece = GoldenBodies.BucketPiece(Seed, 0, 5_000);
        yield return new("33 bits", BodyKind.BucketAsk, With(ask, 16, [33]));
        yield return new("a bit beyond the prefix", BodyKind.BucketAsk, With(ask, 20, [1]));
        yield return new("state 0", BodyKind.BucketState, With(state, 16, [0]));
        yield return new("state 6", BodyKind.BucketState, With(state, 16, [6]));
        yield return new("a bit beyond the prefix", BodyKind.BucketState, With(state, 33, [1]));
        yield return new("nothing wanted", BodyKind.BucketFetch,
            With(GoldenBodies.BucketFetch(Seed, 7, 1), 34, new byte[4]));
        yield return new("no piece", BodyKind.BucketPiece, piece[..18]);
        yield return new("piece too long", BodyKind.BucketPiece, [.. piece, 0]);
    }

    private static IEnumerable<GoldenBody> Acknowledgements()
    {
        foreach ((string name, int count, int[] arrived) in new (string, int, int[])[]
        {
            ("nothing there", 2, []), ("all of two", 2, [0, 1]), ("only the last", 9, [8]),
            ("the first and some", 40, [0, 1, 2, 5, 11, 39]), ("all but one of 65 535", 65_535, [65_534]),
            ("the highest of 7 520 bits", 65_535, [7_519]),
            ("one beyond what a bit map holds", 65_535, [7_520]),
        })
        {
            yield return new(
                name,
                BodyKind.FragmentAck,
                GoldenBodies.Acknowledgement(0xA1B2C3D4, count, i => arrived.Contains(i)))
            {
                Fields = json =>
                {
                    json.WriteNumber("groupId", 0xA1B2C3D4);
                    json.WriteNumber("count", count);
                    json.WriteStartArray("arrived");
                    foreach (int index in arrived)
                        json.WriteNumberValue(index);
                    json.WriteEndArray();
                },
            };
        }
    }

    private static IEnumerable<GoldenBody> Control()
    {
        byte[] attach = GoldenBodies.Attach(Seed), register = GoldenBodies.Register(Seed, 3);
        byte[] revoke = GoldenBodies.Revoke(Seed, 3);
        byte[] id = new GoldenSeed(Seed).Draw("requestId", MessageId.Size);
        byte[] token = GoldenBodies.TokenBytes(Seed);
        GoldenBody Body(BodyKind kind, byte[] bytes, params (string Name, object Value)[] fields) =>
            new(kind.ToString(), kind, bytes) { Fields = json => WriteAll(json, fields) };
        yield return Body(BodyKind.Receipt, GoldenBodies.Receipt(Seed),
            ("msgId", id),
            ("receivedMs", GoldenCell.Now + 1234),
            ("bodyHash", GoldenBodies.Receipt(Seed)[24..]));
        yield return Body(BodyKind.Attach, attach,
            ("returnAddress", attach[..20]), ("returnKey", attach[20..52]), ("leaseSec", 300));
        foreach (BodyKind kind in new[] { BodyKind.Challenge, BodyKind.Confirm })
        {
            yield return Body(kind, GoldenBodies.Challenge(Seed),
                ("requestId", id), ("challenge", new GoldenSeed(Seed).Draw("challenge", 32)));
        }

        yield return Body(BodyKind.Attached, GoldenBodies.Attached(Seed),
            ("requestId", id), ("token", token), ("leaseSec", 300), ("aliasesMax", 64));
        yield return Body(BodyKind.KeepAlive, token, ("token", token));
        yield return Body(BodyKind.Kept, GoldenBodies.Kept(Seed, 0), ("requestId", id), ("leaseSec", 0));
        yield return Body(BodyKind.AliasRegister, register,
            ("token", token), ("lifetimeSec", 86_400), ("secrets", register[21..].Chunk(32).ToArray()));
        yield return Body(BodyKind.AliasResult, GoldenBodies.Result(Seed, 0x8000_0001),
            ("requestId", id), ("accepted", 0x8000_0001L));
        yield return Body(BodyKind.AliasRevoke, revoke,
            ("token", token), ("aliases", revoke[17..].Chunk(20).ToArray()));
        yield return Body(BodyKind.Detach, token, ("token", token));
        yield return Body(BodyKind.Refused, GoldenBodies.Refused(Seed, RefusalReason.TooManyAliases),
            ("requestId", id), ("reason", 4));
        byte[] probe = GoldenBodies.BlockBytes(GoldenBodies.ProbeBlock(Seed));
        yield return Body(BodyKind.Probe, probe,
            ("alias", probe[..20]), ("key", probe[20..52]), ("expiresMs", GoldenBodies.BlockExpiresMs));
        yield return Body(BodyKind.ProbeAnswer, GoldenBodies.ProbeAnswer(Seed),
            ("requestId", id), ("receivedMs", GoldenCell.Now + 5));
        foreach (GoldenBody body in Buckets(id, token))
            yield return body;
    }

    private static IEnumerable<GoldenBody> Buckets(byte[] id, byte[] token)
    {
        GoldenBody Body(
            BodyKind kind, string name, byte[] bytes, params (string Name, object Value)[] fields) =>
            new(name, kind, bytes) { Fields = json => WriteAll(json, fields) };
        foreach (int bits in new[] { 0, 9, 32 })
        {
            byte[] ask = GoldenBodies.BucketAsk(Seed, bits);
            yield return Body(BodyKind.BucketAsk, $"{bits} bits", ask,
                ("token", token), ("bits", bits), ("prefix", ask[17..]));
        }

        foreach ((string name, byte[] state) in new[]
        {
            ("ready", GoldenBodies.BucketStanding(Seed)), ("being made", GoldenBodies.BucketPending(Seed)),
        })
        {
            yield return Body(BodyKind.BucketState, name, state,
                ("requestId", id), ("state", state[16]), ("retryMs", BigEndian(state[17..21])),
                ("tableRecords", (ulong)BigEndian(state[21..29])), ("bits", state[29]),
                ("prefix", state[30..34]), ("records", BigEndian(state[34..38])),
                ("bytes", BigEndian(state[38..42])), ("contentHash", state[42..74]),
                ("blockNumber", (ulong)BigEndian(state[74..])));
        }

        byte[] fetch = GoldenBodies.BucketFetch(Seed, 96, 0x8000_0001);
        yield return Body(BodyKind.BucketFetch, "the first and the last of 32", fetch,
            ("token", token), ("contentId", fetch[16..32]), ("first", 96), ("wanted", 0x8000_0001L));
        foreach ((string name, int index) in new[] { ("whole", 4), ("the last", 5) })
        {
            byte[] piece = GoldenBodies.BucketPiece(Seed, index, 5_000);
            yield return Body(BodyKind.BucketPiece, name, piece,
                ("requestId", id), ("index", index), ("piece", piece[18..]));
        }
    }

    private static long BigEndian(byte[] bytes) => bytes.Aggregate(0L, (sum, next) => (sum << 8) | next);

    private static IEnumerable<(BodyKind Kind, byte[] Body)> FixedSizes() =>
        Control().Where(body => body.Kind is not (
                BodyKind.AliasRegister or BodyKind.AliasRevoke or BodyKind.BucketPiece))
            .Select(body => (body.Kind, body.Bytes));

    private static void WriteAll(Utf8JsonWriter json, (string Name, object Value)[] fields)
    {
        foreach ((string name, object value) in fields)
        {
            switch (value)
            {
                case byte[] bytes:
                    json.Hex(name, bytes);
                    break;
                case ulong number:
                    json.Decimal(name, number);
                    break;
                case byte[][] list:
                    json.WriteStartArray(name);
                    foreach (byte[] bytes in list)
                        json.WriteStringValue(Convert.ToHexStringLower(bytes));
                    json.WriteEndArray();
                    break;
                default:
                    json.WriteNumber(
                        name, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                    break;
            }
        }
    }

    private static void WriteValid(Utf8JsonWriter json, GoldenBody body)
    {
        json.WriteString("kindName", GoldenCellsFile.NameOf(body.Kind));
        json.WriteString("name", body.Name);
        body.Fields(json);
        json.Hex("body", body.Bytes);
    }

    private static void WriteCut(Utf8JsonWriter json)
    {
        json.WriteStartObject("cut");
        json.WriteNumber("groupId", 0x01020304);
        json.Hex("messageBody", CutBody);
        json.WriteStartArray("fragments");
        for (int i = 0; i < FragmentBody.CountFor(CutBody.Length); i++)
            json.WriteStringValue(Convert.ToHexStringLower(GoldenBodies.Fragment(0x01020304, i, CutBody)));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMalformed(Utf8JsonWriter json, GoldenBody body)
    {
        json.WriteString("kindName", GoldenCellsFile.NameOf(body.Kind));
        json.WriteString("name", body.Name);
        json.Hex("body", body.Bytes);
    }

    private static byte[] With(byte[] body, int offset, byte[] bytes)
    {
        byte[] copy = [.. body];
        bytes.CopyTo(copy, offset);
        return copy;
    }
}

/// <summary>A body of bodies.json.</summary>
internal sealed record GoldenBody(string Name, BodyKind Kind, byte[] Bytes)
{
    public Action<Utf8JsonWriter> Fields { get; init; } = _ => { };
}
