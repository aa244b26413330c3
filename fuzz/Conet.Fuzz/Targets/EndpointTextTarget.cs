using System.Text;
using Conet.Fuzz.Core;
using Conet.Wire.Forwarding;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>Text of UDP endpoints, and what may never be sent to.</summary>
internal sealed class EndpointTextTarget : IFuzzTarget
{
    private const string Letters = "0123456789abcdefABCDEF.:[]";

    public string Name => "endpoint-text";

    public string Summary =>
        "UdpEndpoint.TryParse and the ban on forbidden targets; what is written is read back";

    public int InputBytesMax => 128;

    public IEnumerable<byte[]> Seeds =>
    [
        "192.0.2.1:4000"u8.ToArray(), "[2001:db8::1]:65535"u8.ToArray(), "127.0.0.1:1"u8.ToArray(),
        "[::ffff:10.0.0.1]:9"u8.ToArray(), "[64:ff9b::127.0.0.1]:53"u8.ToArray(),
        "[fe80::1%eth0]:1"u8.ToArray(), "[2002:7f00:1::]:80"u8.ToArray(),
    ];

    public IEnumerable<byte[]> Tokens =>
    [
        "::"u8.ToArray(), "%"u8.ToArray(), ":"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(),
        "0x"u8.ToArray(),
        "255"u8.ToArray(), "."u8.ToArray(), "ffff"u8.ToArray(), "fe80"u8.ToArray(), "ff02"u8.ToArray(),
        "2002:"u8.ToArray(), "64:ff9b::"u8.ToArray(), "65536"u8.ToArray(), "127.0.0.1"u8.ToArray(),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        if (!UdpEndpoint.TryParse(text, out UdpEndpoint endpoint))
            return false;
        Check(endpoint.Port != 0, "port 0 was accepted");
        Check(text.All(Letters.Contains), "a text was accepted that holds more than an endpoint");
        Check(
            UdpEndpoint.TryParse(endpoint.ToString(), out UdpEndpoint again) && again == endpoint,
            "what was written is not read back");
        bool isForbidden = endpoint.IsForbiddenTarget(developmentChain: false);
        Check(
            isForbidden || !endpoint.IsForbiddenTarget(developmentChain: true),
            "a development chain forbids what others allow");
        if (endpoint.IsMulticast || endpoint.IsBroadcast || endpoint.IsLoopback || endpoint.IsPrivate
            || endpoint.IsLinkLocal || endpoint.IsUnspecified)
            Check(isForbidden, "a target that must never be sent to is allowed");
        return true;
    }
}
