using System.Buffers.Binary;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Tests.Forwarding;

public sealed class EndpointTableTests
{
    private static readonly UdpEndpoint _public = UdpEndpoint.FromIPv4(0x01020304, 5000);
    private static readonly UdpEndpoint _loopback = UdpEndpoint.FromIPv4(0x7F000001, 5000);

    [Fact]
    public void An_endpoint_is_there_until_it_is_replaced_or_taken_away()
    {
        EndpointTable table = new(2, developmentChain: false);
        Assert.Equal(2, table.Capacity);
        Assert.False(table.TryGet(0, out _));
        Assert.True(table.TrySet(0, _public));
        Assert.True(table.TryGet(0, out UdpEndpoint endpoint));
        Assert.Equal(_public, endpoint);
        Assert.False(table.TryGet(1, out _));
        table.Clear(0);
        Assert.False(table.TryGet(0, out endpoint));
        Assert.Equal(default, endpoint);
    }

    [Fact]
    public void A_forbidden_endpoint_is_refused_and_the_one_before_it_is_gone()
    {
        EndpointTable table = new(1, developmentChain: false);
        table.TrySet(0, _public);
        Assert.False(table.TrySet(0, _loopback));
        Assert.False(table.TryGet(0, out _));
        Assert.True(new EndpointTable(1, developmentChain: true).TrySet(0, _loopback));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void An_index_out_of_range_has_no_endpoint_and_takes_none(int index)
    {
        EndpointTable table = new(2, developmentChain: true);
        Assert.False(table.TryGet(index, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.TrySet(index, _public));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Clear(index));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EndpointTable(0, true));
    }

    [Fact]
    public async Task Readers_see_whole_endpoints_beside_a_writer()
    {
        EndpointTable table = new(2, developmentChain: false);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(1));
        Task<long>[] readers =
        [
            Worlds.OnThread(() => Read(table, stop.Token)),
            Worlds.OnThread(() => Read(table, stop.Token)),
        ];
        await Worlds.OnThread(() => Write(table, stop.Token));
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0, "a reader saw no endpoint"));
    }

    private static long Write(EndpointTable table, CancellationToken stop)
    {
        uint number = 1;
        for (; !stop.IsCancellationRequested; number++)
        {
            int index = (int)(number % 2);
            if (number % 16 == 0)
                table.Clear(index);
            else
                Assert.True(table.TrySet(index, EndpointOf(number)));
        }

        return number;
    }

    private static long Read(EndpointTable table, CancellationToken stop)
    {
        long reads = 0;
        while (!stop.IsCancellationRequested)
        {
            if (!table.TryGet((int)(reads % 2), out UdpEndpoint endpoint))
                continue;
            Assert.Equal(EndpointOf((uint)endpoint.AddressHigh), endpoint);
            reads++;
        }

        return reads;
    }

    /// <summary>An endpoint all of whose parts say the same number.</summary>
    private static UdpEndpoint EndpointOf(uint number)
    {
        byte[] address = new byte[UdpEndpoint.AddressSize];
        BinaryPrimitives.WriteUInt32BigEndian(address, 0x2A00_0000);
        BinaryPrimitives.WriteUInt32BigEndian(address.AsSpan(4), number);
        BinaryPrimitives.WriteUInt32BigEndian(address.AsSpan(8), number);
        BinaryPrimitives.WriteUInt32BigEndian(address.AsSpan(12), ~number);
        return new UdpEndpoint(address, (ushort)((number & 0x7FFF) + 1));
    }
}
