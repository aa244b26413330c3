using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;

namespace Conet.Host.Tests.Commands;

/// <summary>
/// What somebody on the wire sees while a wallet that was never registered writes and gets its receipt.
/// </summary>
[Collection("conet up")]
public sealed class CaptureTests(LocalNetworkFixture network) : IClassFixture<LocalNetworkFixture>
{
    private const int LinkHeader = 14;
    private const int UdpHeader = 8;
    private const int Udp = 17;

    [SkippableFact]
    public async Task Payloads_are_whole_cells_and_no_wallet_stands_anywhere_but_in_front_of_one()
    {
        Skip.If(network.Missing is not null, network.Missing);
        Skip.If(Environment.UserName != "root", "capturing needs root");
        Skip.IfNot(HasTcpdump(), "tcpdump is not installed");
        string third = await network.CreateWalletAsync("third");
        string bob = await network.CreateWalletAsync("bob-4");
        int[] ports = await PortsAsync();
        string file = Path.Combine(network.Tool.Home, "capture.pcap");
        using Process tcpdump = await StartCaptureAsync(file, ports);
        await using (RunningTool listening = await network.ListenAsync("bob-4"))
        {
            string path = Path.Combine(network.Tool.Home, "third-says");
            await File.WriteAllBytesAsync(path, new byte[60_000]);
            foreach (string[] what in new string[][] { ["hello"], ["--file", path] })
            {
                ConetTool.Result sent =
                    await network.Tool.RunAsync(["send", "--wallet", "third", "--json", bob, .. what]);
                Assert.True(sent.ExitCode == 0, sent.Error);
                Assert.Equal(bob, sent.Json.GetProperty("receipt").GetProperty("from").GetString());
            }
        }

        using (Process.Start("kill", $"-INT {tcpdump.Id}")!)
            await tcpdump.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        byte[] capture = await File.ReadAllBytesAsync(file);
        List<byte[]> payloads = Payloads(capture);
        Assert.True(payloads.Count > 100, $"only {payloads.Count} datagrams were captured");
        Assert.All(payloads, payload => Assert.True(
            payload.Length > 0 && payload.Length % CellLayout.Size == 0,
            $"a payload has {payload.Length} bytes"));
        foreach (byte[] form in FormsOf(third))
            Assert.Equal(-1, capture.AsSpan().IndexOf(form));

        byte[] raw = Convert.FromHexString(bob[2..]);
        int inFront = 0;
        foreach (byte[] payload in payloads)
        {
            for (int at = 0; at < payload.Length; at += CellLayout.Size)
            {
                ReadOnlySpan<byte> cell = payload.AsSpan(at, CellLayout.Size);
                inFront += cell.StartsWith(raw) ? 1 : 0;
                foreach (byte[] form in FormsOf(bob))
                    Assert.Equal(-1, cell[Address.Size..].IndexOf(form));
            }
        }

        Assert.True(
            inFront > 0, "bob's address was seen in front of no cell: was the right traffic captured?");
    }

    /// <summary>The address as bytes, and as text in either case.</summary>
    private static IEnumerable<byte[]> FormsOf(string address)
    {
        byte[] raw = Convert.FromHexString(address[2..]);
        yield return raw;
        yield return [.. raw.Reverse()];
        yield return Encoding.ASCII.GetBytes(address[2..]);
        yield return Encoding.ASCII.GetBytes(address[2..].ToLowerInvariant());
        yield return Encoding.ASCII.GetBytes(address[2..].ToUpperInvariant());
    }

    private static bool HasTcpdump() =>
        new[] { "/usr/bin/tcpdump", "/usr/sbin/tcpdump" }.Any(File.Exists);

    private async Task<int[]> PortsAsync()
    {
        ConetTool.Result nodes = await network.Tool.RunAsync("node", "list", "--json");
        return
        [
            .. nodes.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement)
                .SelectMany(
                    node => new[] { node.GetProperty("client_endpoint"), node.GetProperty("node_endpoint") })
                .Select(endpoint => int.Parse(endpoint.GetString()!.Split(':')[1])),
        ];
    }

    private static async Task<Process> StartCaptureAsync(string file, int[] ports)
    {
        ProcessStartInfo start = new("tcpdump") { RedirectStandardError = true };
        string filter = "udp and (" + string.Join(" or ", ports.Select(port => $"port {port}")) + ")";
        foreach (string argument in new[] { "-i", "lo", "-n", "-s", "0", "-U", "-B", "65536", "-Z", "root",
            "-w", file, filter })
            start.ArgumentList.Add(argument);
        Process tcpdump = Process.Start(start)!;
        string? line = await tcpdump.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
        while (line is not null && !line.Contains("listening on", StringComparison.Ordinal))
            line = await tcpdump.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.NotNull(line);
        return tcpdump;
    }

    /// <summary>The UDP payloads of a capture on loopback: pcap, Ethernet, IPv4.</summary>
    private static List<byte[]> Payloads(ReadOnlySpan<byte> capture)
    {
        const int FileHeader = 24, RecordHeader = 16;
        List<byte[]> payloads = [];
        for (int at = FileHeader; at + RecordHeader <= capture.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(capture[(at + 8)..]);
            ReadOnlySpan<byte> packet = capture.Slice(at + RecordHeader, length)[LinkHeader..];
            at += RecordHeader + length;
            if (packet[0] >> 4 != 4 || packet[9] != Udp)
                continue;
            payloads.Add(packet[(((packet[0] & 15) * 4) + UdpHeader)..].ToArray());
        }

        return payloads;
    }
}
