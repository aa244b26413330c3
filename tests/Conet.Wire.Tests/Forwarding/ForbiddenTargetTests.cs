using System.Net;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Tests.Forwarding;

/// <summary>
/// Where a node never sends, whatever a record says: both ends of each special range, and the addresses just
/// beside it. Source: docs/SPEC.md, section 10.
/// </summary>
public sealed class ForbiddenTargetTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.255.255.255")]
    [InlineData("169.254.0.0")]
    [InlineData("169.254.255.255")]
    [InlineData("224.0.0.0")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.0")]
    [InlineData("255.255.255.254")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::2")]
    [InlineData("::1.2.3.4")]
    [InlineData("::127.0.0.1")]
    [InlineData("::255.255.255.255")]
    [InlineData("fe80::")]
    [InlineData("fe80::1")]
    [InlineData("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("ff00::")]
    [InlineData("ff02::1")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("64:ff9b::224.0.0.1")]
    [InlineData("64:ff9b::255.255.255.255")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("2002:e000:1::")]
    [InlineData("2002:0:1::")]
    public void Never(string address)
    {
        Assert.True(IsForbidden(address, developmentChain: false));
        Assert.True(IsForbidden(address, developmentChain: true));
    }

    [Theory]
    [InlineData("127.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.255")]
    [InlineData("10.0.0.0")]
    [InlineData("10.255.255.255")]
    [InlineData("172.16.0.0")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.0")]
    [InlineData("192.168.255.255")]
    [InlineData("100.64.0.0")]
    [InlineData("100.127.255.255")]
    [InlineData("::1")]
    [InlineData("fc00::")]
    [InlineData("fd12:3456::1")]
    [InlineData("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fec0::")]
    [InlineData("feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b:1::")]
    [InlineData("64:ff9b:1:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:c0a8:101:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2002:6440:1::")]
    public void Only_on_a_development_chain(string address)
    {
        Assert.True(IsForbidden(address, developmentChain: false));
        Assert.False(IsForbidden(address, developmentChain: true));
    }

    [Theory]
    [InlineData("1.0.0.0")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.0")]
    [InlineData("169.253.255.255")]
    [InlineData("169.255.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.167.255.255")]
    [InlineData("192.169.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("::1:0:0")]
    [InlineData("2001:db8::1")]
    [InlineData("2a00:1450:4001::1")]
    [InlineData("fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fe00::1")]
    [InlineData("fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("64:ff9b:2::10.0.0.1")]
    [InlineData("64:ff9c::10.0.0.1")]
    [InlineData("2002:808:808::1")]
    [InlineData("2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2003:a00:1::1")]
    public void Anywhere_else_is_allowed(string address)
    {
        Assert.False(IsForbidden(address, developmentChain: false));
        Assert.False(IsForbidden(address, developmentChain: true));
        UdpEndpoint noPort = UdpEndpoint.From(IPAddress.Parse(address), 0);
        Assert.True(noPort.IsForbiddenTarget(developmentChain: false));
        Assert.True(noPort.IsForbiddenTarget(developmentChain: true));
    }

    [Fact]
    public void An_ipv4_address_is_judged_the_same_in_every_form()
    {
        Random random = new(1);
        for (int sample = 0; sample < 20_000; sample++)
        {
            uint address = (uint)random.NextInt64(0, 1L << 32);
            string hex = $"{address >> 16:x}:{address & 0xFFFF:x}";
            foreach (bool developmentChain in new[] { false, true })
            {
                bool plain = UdpEndpoint.FromIPv4(address, 1).IsForbiddenTarget(developmentChain);
                Assert.Equal(plain, IsForbidden($"::ffff:{hex}", developmentChain));
                Assert.Equal(plain, IsForbidden($"64:ff9b::{hex}", developmentChain));
                Assert.Equal(plain, IsForbidden($"2002:{hex}::5", developmentChain));
            }
        }
    }

    private static bool IsForbidden(string address, bool developmentChain) =>
        UdpEndpoint.From(IPAddress.Parse(address), 4000).IsForbiddenTarget(developmentChain);
}
