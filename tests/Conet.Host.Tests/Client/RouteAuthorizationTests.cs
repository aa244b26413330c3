using System.Text;
using System.Text.Json.Nodes;
using Conet.Client;
using Conet.Routing.Chain;
using Conet.Routing.Tests.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Client;

public sealed class RouteAuthorizationTests : IDisposable
{
    private const ulong Deadline = 1_800_000_000;

    private readonly Wallet _wallet = Wallet.Create();
    private readonly RouteTypedData _types =
        new(31_337, new Address([.. Enumerable.Repeat((byte)0xC0, Address.Size)]));
    private readonly RouteAuthorization _set;
    private readonly RouteAuthorization _clear;

    public RouteAuthorizationTests()
    {
        using SealKey prekey = SealKey.Create();
        Assert.True(PackedRoute.TryCreate(new NodeId(3), new NodeId(4), default, PackedRoute.SuitePlain,
            epoch: 6, Deadline + 1, flags: 0, out PackedRoute packed, out _));
        RouteRecord route = RouteRecord.Live(new Bytes32(prekey.PublicKey), packed);
        _set = RouteAuthorization.Set(_types, _wallet, route, nonce: 2, Deadline);
        _clear = RouteAuthorization.Clear(_types, _wallet, nonce: 5, Deadline);
    }

    public void Dispose() => _wallet.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_handed_over_arrives_whole(bool isSet)
    {
        RouteAuthorization given = isSet ? _set : _clear;
        Assert.True(TryParse(given.ToJson(), out RouteAuthorization? got, out string error), error);
        Assert.Equal((given.ChainId, given.Registry, given.Wallet), (got!.ChainId, got.Registry, got.Wallet));
        Assert.Equal((given.Nonce, given.DeadlineUnixSeconds), (got.Nonce, got.DeadlineUnixSeconds));
        Assert.Equal((given.Route, given.RouteSignature), (got.Route, got.RouteSignature));
        Assert.Equal(given.ToCallData(), got.ToCallData());
        Assert.Equal(isSet, got.Route is not null);
    }

    [Theory]
    [InlineData("chainId", "1")]
    [InlineData("registry", "\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"")]
    [InlineData("wallet", "\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"")]
    [InlineData("nonce", "3")]
    [InlineData("deadline", "1800000001")]
    [InlineData("prekey", "\"0x0900000000000000000000000000000000000000000000000000000000000000\"")]
    [InlineData("packed", "\"0x00000000000000000000006b49d20100000006010000000000000004000000ff\"")]
    [InlineData("r", "\"0x0000000000000000000000000000000000000000000000000000000000000000\"")]
    public void A_member_that_was_changed_breaks_a_signature(string name, string value)
    {
        JsonNode json = JsonNode.Parse(_set.ToJson())!;
        json[name] = JsonNode.Parse(value);
        Assert.False(TryParse(json.ToJsonString(), out RouteAuthorization? got, out string error));
        Assert.Null(got);
        Assert.Contains("not signed by 0x", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conet", "\"set-route/2\"")]
    [InlineData("conet", "\"clear-route/1\"")]
    [InlineData("nonce", "-1")]
    [InlineData("nonce", "\"2\"")]
    [InlineData("deadline", "1e99")]
    [InlineData("wallet", "\"0x12\"")]
    [InlineData("signature", "\"0x\"")]
    [InlineData("signature", "null")]
    [InlineData("packed", "\"0xff00000000000000000000000000000000000000000000000000000000000000\"")]
    [InlineData("vs", "\"0xzz\"")]
    [InlineData("more", "1")]
    public void Another_form_is_refused(string name, string value)
    {
        JsonNode json = JsonNode.Parse(_set.ToJson())!;
        json[name] = JsonNode.Parse(value);
        Assert.False(TryParse(json.ToJsonString(), out _, out string error));
        Assert.DoesNotContain("signed", error, StringComparison.Ordinal);
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Leave_to_clear_is_no_leave_to_set_and_the_other_way_round()
    {
        JsonNode json = JsonNode.Parse(_set.ToJson())!;
        json["signature"] = "0x" + Convert.ToHexStringLower(
            RouteAuthorization.Clear(_types, _wallet, _set.Nonce, Deadline).Signature);
        Assert.False(TryParse(json.ToJsonString(), out _, out string error));
        Assert.Contains("not signed", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_text_is_refused() => Assert.False(
        TryParse(_set.ToJson() + new string(' ', ClientLimits.AuthorizationBytesMax), out _, out _));

    [Fact]
    public void No_bytes_make_it_throw()
    {
        byte[][] good = [Encoding.UTF8.GetBytes(_set.ToJson()), Encoding.UTF8.GetBytes(_clear.ToJson())];
        RegistryCases.Hold(random =>
        {
            byte[] json = RegistryCases.Hostile(random, good[random.Next(2)]);
            bool read = RouteAuthorization.TryParse(json, out RouteAuthorization? got, out string error);
            return read == (error.Length == 0) && (!read || got!.Wallet == _wallet.Address);
        });
    }

    private static bool TryParse(string json, out RouteAuthorization? authorization, out string error) =>
        RouteAuthorization.TryParse(Encoding.UTF8.GetBytes(json), out authorization, out error);
}
