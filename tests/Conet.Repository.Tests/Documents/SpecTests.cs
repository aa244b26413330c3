using System.Globalization;
using System.Text.RegularExpressions;
using Conet.Routing.Chain;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Repository.Tests.Documents;

/// <summary>The numbers, layouts and names of docs/SPEC.md are those of the code.</summary>
public sealed partial class SpecTests
{
    private static readonly Markdown _spec = new("docs/SPEC.md");

    /// <summary>Section 13: what stands in the table, and what the code has.</summary>
    private static readonly Dictionary<string, string> _numbers = new()
    {
        ["cell"] = $"{CellLayout.Size}",
        ["envelope"] = $"{EnvelopeLayout.Size}",
        ["body, at most"] = $"{EnvelopeLayout.BodyBytesMax}",
        ["piece of a fragment"] = $"{FragmentBody.PieceSize}",
        ["HPKE info"] = $"{FirstContactSeal.InfoSize}",
        ["clock skew"] = $"{Limits.ClockSkewMs / 1_000} s",
        ["ttlSec, at most"] = $"{Limits.EnvelopeLifetimeSecondsMax}",
        ["lease"] = $"{AttachBody.LeaseSecondsMin} to {AttachBody.LeaseSecondsMax} s",
        ["message content, at most (this implementation)"] = $"{Limits.MessageBytesMax}",
    };

    private static readonly Dictionary<string, int> _envelope = new()
    {
        ["version"] = EnvelopeLayout.VersionOffset,
        ["kind"] = EnvelopeLayout.KindOffset,
        ["flags"] = EnvelopeLayout.FlagsOffset,
        ["issuedMs"] = EnvelopeLayout.IssuedMsOffset,
        ["ttlSec"] = EnvelopeLayout.TtlSecOffset,
        ["msgId"] = EnvelopeLayout.MessageIdOffset,
        ["from"] = EnvelopeLayout.FromOffset,
        ["auth"] = EnvelopeLayout.AuthOffset,
        ["signature"] = EnvelopeLayout.SignatureOffset,
        ["bodyLen"] = EnvelopeLayout.BodyLengthOffset,
        ["body, then zero padding"] = EnvelopeLayout.BodyOffset,
    };

    /// <summary>Control bodies of fixed size: the number after the name.</summary>
    private static readonly Dictionary<string, int> _bodies = new()
    {
        ["ATTACH"] = AttachBody.Size,
        ["CHALLENGE"] = ChallengeBody.Size,
        ["CONFIRM"] = ChallengeBody.Size,
        ["ATTACHED"] = AttachedBody.Size,
        ["KEEPALIVE"] = AttachToken.Size,
        ["KEPT"] = KeptBody.Size,
        ["ALIAS_RESULT"] = AliasResultBody.Size,
        ["DETACH"] = AttachToken.Size,
        ["REFUSED"] = RefusedBody.Size,
        ["PROBE"] = ReplyBlock.Size,
        ["PROBE_ANSWER"] = ProbeAnswerBody.Size,
        ["BUCKET_ASK"] = BucketAskBody.Size,
        ["BUCKET_STATE"] = BucketStateBody.Size,
        ["BUCKET_FETCH"] = BucketFetchBody.Size,
    };

    [GeneratedRegex(@"(\d+) ([a-z ]+)(?=[,.])")]
    private static partial Regex Reason { get; }

    [Fact]
    public void The_numbers_are_those_of_the_code() => Assert.Equal(
        _numbers.OrderBy(pair => pair.Key, StringComparer.Ordinal),
        Markdown.Table(_spec.Section("13. Numbers"))
            .Select(row => KeyValuePair.Create(row[0], Regex.Replace(row[1], @"(?<=\d) (?=\d{3})", "")))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal));

    [Fact]
    public void The_envelope_lies_as_the_code_has_it()
    {
        string[][] rows = Markdown.Table(_spec.Section("5. The envelope"));
        Assert.Equal(
            _envelope.OrderBy(pair => pair.Value),
            rows.Select(row => KeyValuePair.Create(row[2], Number(row[0]))));
        Assert.Equal(EnvelopeLayout.Size, Chain(rows));
    }

    [Theory]
    [InlineData("7.1 Reply block", ReplyBlock.Size)]
    [InlineData("7.5 RECEIPT", ReceiptBody.Size)]
    [InlineData("7.3 FRAGMENT", EnvelopeLayout.BodyBytesMax)]
    [InlineData("8. Control between a client and a node", AttachBody.Size)]
    public void Tables_of_bodies_are_chained_and_sum_up(string heading, int size) =>
        Assert.Equal(size, Chain(Markdown.Table(_spec.Section(heading))));

    [Fact]
    public void The_acknowledgement_has_the_header_and_the_bit_map_of_the_code()
    {
        string[][] rows = Markdown.Table(_spec.Section("7.4 FRAGMENT_ACK"));
        Assert.Equal(FragmentAckBody.HeaderSize, Chain(rows[..^1]));
        Assert.Equal($"0 to {FragmentAckBody.BitmapBytesMax}", rows[^1][1]);
    }

    [Fact]
    public void Bodies_of_fixed_size_have_the_size_of_the_code() => Findings.None(
        "docs/SPEC.md and the code name different sizes.",
        from body in _bodies
        let match = Regex.Match(_spec.Text, $@"\*\*{body.Key}\*\* \((\d+) bytes")
        where match.Groups[1].Value != $"{body.Value}"
        select $"{body.Key}: code {body.Value}, specification {match.Groups[1].Value}");

    [Fact]
    public void Bodies_of_several_entries_have_the_limits_of_the_code()
    {
        Assert.Contains(
            $"({AliasRegisterBody.HeaderSize} + {AliasRegisterBody.SecretSize}·count bytes)", _spec.Text);
        Assert.Contains($"count (1, 1 to {AliasRegisterBody.CountMax})", _spec.Text);
        Assert.Contains($"({AliasRevokeBody.HeaderSize} + {Address.Size}·count bytes)", _spec.Text);
        Assert.Contains($"count (1, 1 to {AliasRevokeBody.CountMax};", _spec.Text);
    }

    [Fact]
    public void Kinds_are_those_of_the_code()
    {
        string[][] rows = Markdown.Table(_spec.Section("7. Kinds and bodies"));
        Assert.Equal(
            Enum.GetValues<BodyKind>().Select(kind => $"0x{(byte)kind:X2} {kind}".ToUpperInvariant()),
            rows.Select(
                row => $"{row[0]} {row[1].Replace("_", "", StringComparison.Ordinal)}".ToUpperInvariant()));
    }

    [Fact]
    public void Reasons_of_refusal_are_as_many_and_in_the_order_of_the_code()
    {
        string sentence = Regex.Match(_spec.Text, @"\*\*REFUSED\*\*[^.]*\.").Value;
        Assert.Equal(
            Enum.GetValues<RefusalReason>().Select(reason => (int)reason),
            Reason.Matches(sentence).Select(match => Number(match.Groups[1].Value)));
    }

    [Fact]
    public void Typed_data_is_the_one_the_code_signs()
    {
        Assert.Contains(RouteTypedData.RouteType, _spec.Text);
        Assert.Contains(RouteTypedData.SetRouteType, _spec.Text);
        Assert.Contains(RouteTypedData.ClearRouteType, _spec.Text);
        string envelope = string.Concat(Regex
            .Matches(Checkout.Read("src/Conet.Wire/Sealing/EnvelopeTypedData.cs"), @"""([A-Za-z0-9 ,()]+)""")
            .Select(match => match.Groups[1].Value));
        Match written = Regex.Match(_spec.Text, @"Envelope\([^)]*\)");
        Assert.True(written.Success);
        Assert.Contains(written.Value, envelope);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Checks that each row begins where the last ended; returns where the last one ends.</summary>
    private static int Chain(string[][] rows)
    {
        int end = 0;
        foreach (string[] row in rows)
        {
            Assert.True(Number(row[0]) == end, $"{row[2]} begins at {row[0]}, the row before ends at {end}");
            end += Number(Regex.Match(row[1], @"^\d+").Value);
        }

        return end;
    }
}
