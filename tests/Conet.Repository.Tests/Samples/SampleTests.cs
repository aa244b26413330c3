using System.Net;
using Conet.Wire.Addresses;

namespace Conet.Repository.Tests.Samples;

/// <summary>The samples do what they are for: cells in, cells out at the right hops, drops counted.</summary>
public sealed class SampleTests : IDisposable
{
    private const int LinesMax = 60;
    private const int Seed = 17;

    private readonly string _folder = Directory.CreateTempSubdirectory("conet-sample-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("samples/Forwarder/Program.cs")]
    [InlineData("samples/OwnSockets/Program.cs")]
    public void A_complete_forwarder_has_under_60_lines(string path) =>
        Assert.InRange(Checkout.Lines(path).Length - 1, 20, LinesMax - 1);

    [Fact]
    public void The_forwarder_sends_each_cell_to_the_neighbour_of_its_route_and_ends_on_ctrl_c()
    {
        using Neighbours neighbours = new(3, Seed);
        string routes = Path.Combine(_folder, "routes");
        using RunningSample sample = Forward(
            neighbours, routes, file => RunningSample.Of(
                "Forwarder", file, "127.0.0.1:0", "127.0.0.1:0"));
        Assert.Equal(0, sample.Interrupt());
    }

    [Fact]
    public void The_forwarder_with_sockets_of_its_own_spreads_addresses_evenly_and_ends_on_ctrl_c()
    {
        using Neighbours neighbours = new(4, Seed);
        using RunningSample sample = RunningSample.Of(
            "OwnSockets", ["127.0.0.1:0", .. neighbours.Endpoints]);
        IPEndPoint at = sample.Listening();
        for (int first = 0; first < 256; first++)
        {
            neighbours.Send(neighbours.CellTo([(byte)first]), at, first / 64);
            if (first % 32 == 0)
                neighbours.AssertArrived();
        }

        neighbours.Send(neighbours.CellTo(NodeAddress.Own(new NodeId(7)).ToArray()), at, hop: -1);
        SendWrongSizes(neighbours, at);
        neighbours.AssertArrived();
        sample.WaitForCounters(forwarded: 256, dropped: 5);
        Assert.Equal(0, sample.Interrupt());
    }

    [Fact]
    public void A_route_that_is_none_is_named()
    {
        string routes = Path.Combine(_folder, "routes");
        File.WriteAllText(routes, "0x1234 127.0.0.1:1\n");
        Tool run = Tool.Run(
            "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "../../Forwarder/release/Forwarder.dll"),
            routes, "127.0.0.1:0", "127.0.0.1:0");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("no route: 0x1234 127.0.0.1:1", run.Error);
    }

    /// <summary>Routes, cells along them and others; gives the program, still running.</summary>
    internal static RunningSample Forward(
        Neighbours neighbours, string routes, Func<string, RunningSample> start)
    {
        string[] endpoints = [.. neighbours.Endpoints];
        Address[] addresses = [.. Enumerable.Range(0, 30).Select(
            number => new Address(neighbours.CellTo([]).AsSpan(0, Address.Size)))];
        File.WriteAllLines(routes, addresses.Select(
            (address, number) => $"{address} {endpoints[number % endpoints.Length]}"));
        RunningSample sample = start(routes);
        try
        {
            IPEndPoint at = sample.Listening();
            for (int round = 0; round < 10; round++)
            {
                for (int number = 0; number < addresses.Length; number++)
                {
                    byte[] cell = neighbours.CellTo(addresses[number].ToArray());
                    neighbours.Send(cell, at, number % endpoints.Length);
                }

                neighbours.AssertArrived();
            }

            neighbours.Send(neighbours.CellTo([]), at, hop: -1); // a destination nobody has
            SendWrongSizes(neighbours, at);
            neighbours.AssertArrived();
            sample.WaitForCounters(forwarded: 300, dropped: 6);
            return sample;
        }
        catch
        {
            sample.Dispose();
            throw;
        }
    }

    /// <summary>Five, all of them dropped.</summary>
    private static void SendWrongSizes(Neighbours neighbours, IPEndPoint at)
    {
        foreach (int size in new[] { 1, 1_159, 1_161, 2_320, 9_000 })
            neighbours.Send(new byte[size], at, hop: -1);
    }
}
