using System.Net;
using Conet.Wire.Forwarding;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Forwarding;

public sealed class UdpEndpointTests
{
    [Theory]
    [InlineData("192.0.2.1:4000", "192.0.2.1:4000")]
    [InlineData("255.255.255.255:65535", "255.255.255.255:65535")]
    [InlineData("[2001:db8::1]:1", "[2001:db8::1]:1")]
    [InlineData("[2001:DB8:0:0::1]:1", "[2001:db8::1]:1")]
    [InlineData("[::ffff:192.0.2.1]:4000", "192.0.2.1:4000")]
    public void Text_that_is_read_is_written_in_one_form(string text, string written)
    {
        Assert.True(UdpEndpoint.TryParse(text, out UdpEndpoint endpoint));
        Assert.Equal(written, endpoint.ToString());
        Assert.True(UdpEndpoint.TryParse(written, out UdpEndpoint again));
        Assert.Equal(endpoint, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("192.0.2.1")]
    [InlineData("192.0.2.1:")]
    [InlineData("192.0.2.1:0")]
    [InlineData("192.0.2.1:65536")]
    [InlineData("192.0.2.1:-1")]
    [InlineData("192.0.2.1: 1")]
    [InlineData(" 192.0.2.1:1")]
    [InlineData("192.0.2:1")]
    [InlineData("3221225985:1")]
    [InlineData("0xC0.0.2.1:1")]
    [InlineData("0300.0.2.1:1")]
    [InlineData("192.0.2.01:1")]
    [InlineData("192.0.2.1:01")]
    [InlineData("example.org:1")]
    [InlineData("localhost:1")]
    [InlineData("2001:db8::1")]
    [InlineData("2001:db8::1:4000")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1]:")]
    [InlineData("[2001:db8::1]:0")]
    [InlineData("[2001:db8::1]:65536")]
    [InlineData("[2001:db8::1]:0x10")]
    [InlineData("[2001:db8::1]:01")]
    [InlineData("[2001:db8::1]:1\0")]
    [InlineData("[2001:db8::1]4000")]
    [InlineData("[2001:db8::1/64]:1")]
    [InlineData("[[2001:db8::1]]:1")]
    [InlineData("[2001:db8::1]:1:2")]
    [InlineData("[2001:db8::1]:1]:2")]
    [InlineData("[fe80::1%1]:1")]
    [InlineData("[fe80::1%lo]:1")]
    [InlineData("[]:1")]
    public void Other_text_is_refused(string text)
    {
        Assert.False(UdpEndpoint.TryParse(text, out UdpEndpoint endpoint));
        Assert.Equal(default, endpoint);
    }

    [Fact]
    public void Any_endpoint_survives_text_bytes_and_dotnet() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), Survives);

    [Fact]
    public void Any_text_is_read_or_refused_and_never_throws() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), ReadsOrRefuses);

    [Fact]
    public void The_default_is_none()
    {
        UdpEndpoint none = default;
        Assert.Equal("[::]:0", none.ToString());
        Assert.True(none.IsUnspecified);
        Assert.False(none.IsIPv4);
        Assert.True(none.IsForbiddenTarget(developmentChain: true));
    }

    [Fact]
    public void A_scope_id_is_dropped()
    {
        IPEndPoint scoped = new(new IPAddress(IPAddress.Parse("fe80::1").GetAddressBytes(), 3), 9);
        Assert.Equal("[fe80::1]:9", UdpEndpoint.From(scoped).ToString());
    }

    [Fact]
    public void Port_and_address_both_count_for_equality()
    {
        UdpEndpoint endpoint = UdpEndpoint.FromIPv4(1, 2);
        Assert.True(endpoint == UdpEndpoint.FromIPv4(1, 2));
        Assert.True(endpoint != UdpEndpoint.FromIPv4(1, 3));
        Assert.True(endpoint != UdpEndpoint.FromIPv4(2, 2));
        Assert.Equal(endpoint.GetHashCode(), UdpEndpoint.FromIPv4(1, 2).GetHashCode());
        Assert.False(endpoint.Equals((object?)null));
        Assert.Throws<ArgumentException>(() => new UdpEndpoint(new byte[4], 1));
    }

    private static bool Survives(int seed)
    {
        Random random = new(seed);
        byte[] address = new byte[UdpEndpoint.AddressSize];
        random.NextBytes(address);
        if (random.Next(2) == 0)
            Convert.FromHexString("00000000000000000000FFFF").CopyTo(address, 0);
        else
            address.AsSpan(random.Next(8), random.Next(9)).Clear();
        UdpEndpoint endpoint = new(address, (ushort)random.Next(1, 65_536));
        byte[] written = new byte[UdpEndpoint.AddressSize];
        endpoint.CopyAddressTo(written);
        return written.AsSpan().SequenceEqual(address)
            && UdpEndpoint.From(endpoint.ToIPEndPoint()) == endpoint
            && UdpEndpoint.TryParse(endpoint.ToString(), out UdpEndpoint parsed)
            && parsed == endpoint;
    }

    private static bool ReadsOrRefuses(int seed)
    {
        const string Alphabet = "0123456789abcdefxX:.[]/%-+ \t\0é１";
        Random random = new(seed);
        char[] text = new char[random.Next(0, 80)];
        for (int index = 0; index < text.Length; index++)
            text[index] = Alphabet[random.Next(Alphabet.Length)];
        string[] models = ["192.0.2.1:4000", "[2001:db8::1]:4000", "[::ffff:1.2.3.4]:1"];
        if (random.Next(2) == 0)
        {
            text = models[random.Next(models.Length)].ToCharArray();
            text[random.Next(text.Length)] = Alphabet[random.Next(Alphabet.Length)];
        }

        return !UdpEndpoint.TryParse(text, out UdpEndpoint endpoint)
            || (endpoint.Port != 0
                && UdpEndpoint.TryParse(endpoint.ToString(), out UdpEndpoint again)
                && again == endpoint);
    }
}
