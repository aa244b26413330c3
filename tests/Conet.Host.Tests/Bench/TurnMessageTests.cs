using System.Net;
using Conet.LoadGen.Turn;

namespace Conet.Host.Tests.Bench;

/// <summary>What the load generator says to a TURN server, byte by byte (RFC 8489, RFC 8656).</summary>
public sealed class TurnMessageTests
{
    private static readonly byte[] _id = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    [Fact]
    public void Allocate_asks_for_udp_for_an_hour()
    {
        byte[] message = new byte[StunMessage.AllocateBytes];
        StunMessage.WriteAllocate(_id, message);
        Assert.Equal(
            "0003" + "0010" + "2112A442" + "0102030405060708090A0B0C"
            + "0019" + "0004" + "11000000"
            + "000D" + "0004" + "00000E10",
            Convert.ToHexString(message));
    }

    [Fact]
    public void Channel_bind_names_the_channel_and_the_masked_peer()
    {
        byte[] message = new byte[StunMessage.ChannelBindBytes];
        StunMessage.WriteChannelBind(_id, 0x4001, IPEndPoint.Parse("10.9.0.0:15999"), message);
        Assert.Equal(
            "0009" + "0014" + "2112A442" + "0102030405060708090A0B0C"
            + "000C" + "0004" + "40010000"
            + "0012" + "0008" + "0001" + "1F6D" + "2B1BA442",
            Convert.ToHexString(message));
    }

    [Fact]
    public void Channel_data_is_the_channel_and_the_length()
    {
        byte[] header = new byte[ChannelData.HeaderBytes];
        ChannelData.WriteHeader(ChannelData.FirstChannel, 1160, header);
        Assert.Equal("40000488", Convert.ToHexString(header));
    }

    [Theory]
    [InlineData(true, "0103" + "0000" + "2112A442" + "0102030405060708090A0B0C")]
    [InlineData(true, "0103" + "0004" + "2112A442" + "0102030405060708090A0B0C" + "00000000")]
    [InlineData(false, "0113" + "0000" + "2112A442" + "0102030405060708090A0B0C")] // an error answer
    [InlineData(false, "0109" + "0000" + "2112A442" + "0102030405060708090A0B0C")] // to another method
    [InlineData(false, "0103" + "0000" + "2112A442" + "0102030405060708090A0B0D")] // to another request
    [InlineData(false, "0103" + "0000" + "2112A443" + "0102030405060708090A0B0C")] // no STUN
    [InlineData(false, "0103" + "0000" + "2112A442" + "0102030405060708090A0B")]
    [InlineData(false, "")]
    public void Only_a_success_that_answers_the_request_counts(bool counts, string answer)
    {
        byte[] request = new byte[StunMessage.AllocateBytes];
        StunMessage.WriteAllocate(_id, request);
        Assert.Equal(counts, StunMessage.IsSuccess(request, Convert.FromHexString(answer)));
    }
}
