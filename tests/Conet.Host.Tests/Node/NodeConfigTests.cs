using System.Net;
using System.Text;
using Conet.Host.Node;
using FsCheck;
using FsCheck.Fluent;

namespace Conet.Host.Tests.Node;

public sealed class NodeConfigTests
{
    private const string Good = """
        {
          "nodeId": 3,
          "chain": {
            "providers": ["http://127.0.0.1:8545", "https://chain.example/rpc"],
            "chainId": 31337,
            "nodeRegistry": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "routeRegistry": "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359",
            "startBlock": 12
          },
          "listen": "127.0.0.1",
          "clientPort": 40001,
          "nodePort": 40002,
          "signer": { "keystoreFile": "signer.json", "passwordFile": "signer.password" },
          "sealKey": { "secretFile": "seal.key" },
          "httpPort": 40003,
          "workers": 2,
          "stateDirectory": "state",
          "plain": false,
          "xdp": ["eth0", "eth1"],
          "snapshotListen": "192.0.2.7:8080",
          "snapshotFrom": ["https://node.example/snapshot", "http://[2001:db8::1]:8080/snapshot"],
          "limits": { "attachments": 10, "leaseSeconds": 60 }
        }
        """;

    [Fact]
    public void A_full_file_is_read_as_it_says()
    {
        NodeConfig config = Parse(Good);
        Assert.Equal(3u, config.NodeId);
        Assert.Equal(31337ul, config.Chain.ChainId);
        Assert.Equal(2, config.Chain.Providers.Count);
        Assert.Equal(12ul, config.Chain.StartBlock);
        Assert.Equal(IPAddress.Loopback, config.Listen);
        Assert.Equal(40001, config.ClientPort);
        Assert.Equal(40002, config.NodePort);
        Assert.Equal(40003, config.HttpPort);
        Assert.Equal(2, config.Workers);
        Assert.Equal("signer.json", config.Signer.KeystoreFile);
        Assert.Equal("seal.key", config.SealKey.SecretFile);
        Assert.Equal(["eth0", "eth1"], config.Xdp);
        Assert.Equal("192.0.2.7:8080", $"{config.SnapshotListen}");
        Assert.Equal(2, config.SnapshotFrom.Count);
        Assert.Equal(10, config.Limits.Attachments);
        Assert.Equal(60, config.Limits.LeaseSeconds);
        Assert.Equal(new NodeLimits().Aliases, config.Limits.Aliases);
    }

    [Fact]
    public void What_is_written_is_read_back_the_same()
    {
        NodeConfig config = Parse(Good);
        NodeConfig again = Parse(config.ToJson());
        Assert.Equal(config.ToJson(), again.ToJson());
        Assert.Equal(config.Limits, again.Limits);
        Assert.Equal(config.Signer, again.Signer);
        Assert.Equal(config.Chain.NodeRegistry, again.Chain.NodeRegistry);
    }

    [Fact]
    public void Relative_paths_are_meant_from_the_directory_of_the_file()
    {
        string directory = Path.GetFullPath("somewhere");
        NodeConfig config = Parse(Good).WithPathsFrom(directory);
        Assert.Equal(Path.Combine(directory, "state"), config.StateDirectory);
        Assert.Equal(Path.Combine(directory, "seal.key"), config.SealKey.SecretFile);
        Assert.Equal(Path.Combine(directory, "signer.json"), config.Signer.KeystoreFile);
        Assert.Null(config.Signer.SecretFile);
    }

    [Theory]
    [InlineData("\"clientPort\": 40001", "\"clientport\": 40001", "did you mean \"clientPort\"")]
    [InlineData("\"providers\": [", "\"provider\": [", "did you mean \"providers\"")]
    [InlineData("\"attachments\": 10", "\"atachments\": 10", "did you mean \"attachments\"")]
    [InlineData("\"secretFile\"", "\"secretfile\"", "did you mean \"secretFile\"")]
    [InlineData("\"clientPort\": 40001", "\"clientPort\": 0", "from 1 to 65535")]
    [InlineData("\"clientPort\": 40001", "\"clientPort\": 65536", "from 1 to 65535")]
    [InlineData("\"clientPort\": 40001", "\"clientPort\": 1.5", "whole number")]
    [InlineData("\"clientPort\": 40001", "\"clientPort\": \"40001\"", "whole number")]
    [InlineData("\"clientPort\": 40001", "\"clientPort\": 40002", "give them two ports")]
    [InlineData("\"clientPort\": 40001,", "", "needs \"clientPort\"")]
    [InlineData("\"nodeId\": 3", "\"nodeId\": -1", "whole number")]
    [InlineData("\"nodeId\": 3,", "\"nodeId\": 3, \"nodeId\": 4,", "twice")]
    [InlineData("\"chainId\": 31337", "\"chainId\": 0", "from 1 to")]
    [InlineData("\"chainId\": 31337,", "", "needs \"chainId\"")]
    [InlineData("5aAeb6053F", "5AAeb6053F", "EIP-55")]
    [InlineData("0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359", "0x12", "40 hex digits")]
    [InlineData("0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "two contracts")]
    [InlineData("http://127.0.0.1:8545", "ftp://127.0.0.1:8545", "http://")]
    [InlineData("http://127.0.0.1:8545", "http://user:pass@127.0.0.1", "without user name")]
    [InlineData("\"http://127.0.0.1:8545\", \"https://chain.example/rpc\"", "", "providers is empty")]
    [InlineData("\"listen\": \"127.0.0.1\"", "\"listen\": \"1\"", "IP address")]
    [InlineData("\"listen\": \"127.0.0.1\"", "\"listen\": \"localhost\"", "IP address")]
    [InlineData("\"workers\": 2", "\"workers\": 0", "from 1 to 256")]
    [InlineData("\"plain\": false", "\"plain\": \"no\"", "true or false")]
    [InlineData("[\"eth0\", \"eth1\"]", "\"eth0\"", "a list of interfaces")]
    [InlineData("\"eth1\"", "\"eth0\"", "twice")]
    [InlineData("\"eth1\"", "\"\"", "1 to 15 characters")]
    [InlineData("\"eth1\"", "7", "1 to 15 characters")]
    [InlineData("\"eth1\"", "\"an-interface-of-16\"", "1 to 15 characters")]
    [InlineData("\"eth1\"", "\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\"", "more than 8")]
    [InlineData("192.0.2.7:8080", "192.0.2.7", "IP address and a TCP port")]
    [InlineData("192.0.2.7:8080", "192.0.2.7:0", "IP address and a TCP port")]
    [InlineData("192.0.2.7:8080", "node.example:8080", "IP address and a TCP port")]
    [InlineData("https://node.example", "ftp://node.example", "http://")]
    [InlineData("https://node.example", "https://user@node.example", "without user name")]
    [InlineData("[\"https://node.example/snapshot\", ", "[1, ", "snapshotFrom")]
    [InlineData("\"stateDirectory\": \"state\"", "\"stateDirectory\": \"\"", "stateDirectory")]
    [InlineData("\"passwordFile\": \"signer.password\"", "\"secretFile\": \"x\"", "keep one")]
    [InlineData(", \"passwordFile\": \"signer.password\"", "", "needs \"secretFile\"")]
    [InlineData("\"leaseSeconds\": 60", "\"leaseSeconds\": 29", "from 30 to 86400")]
    [InlineData("\"plain\": false,", "\"plain\": false", "not JSON")]
    [InlineData("\"workers\": 2,", "// two\n\"workers\": 2,", "not JSON")]
    public void A_fault_is_named_in_one_line_that_says_what_to_do(string from, string to, string expected)
    {
        string text = Good.Replace(from, to);
        Assert.NotEqual(Good, text);
        Assert.False(
            NodeConfig.TryParse(Encoding.UTF8.GetBytes(text), out NodeConfig? config, out string error));
        Assert.Null(config);
        Assert.Contains(expected, error);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void The_line_of_the_fault_is_told()
    {
        string text = Good.Replace("\"workers\": 2", "\"worker\": 2");
        Assert.False(NodeConfig.TryParse(Encoding.UTF8.GetBytes(text), out _, out string error));
        Assert.StartsWith("line 16: ", error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{} {}")]
    [InlineData("{\"chain\": {\"providers\": [[[[[[1]]]]]]}}")]
    [InlineData("{\"listen\": \"\\ud800\"}")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("{\"a\\nb\": 1}")]
    public void What_is_no_configuration_is_refused(string text)
    {
        Assert.False(NodeConfig.TryParse(Encoding.UTF8.GetBytes(text), out _, out string error));
        Assert.NotEmpty(error);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void More_than_64_KiB_is_refused_unread()
    {
        byte[] large = Encoding.UTF8.GetBytes(Good.PadRight(HostLimits.ConfigBytesMax + 1));
        Assert.False(NodeConfig.TryParse(large, out _, out string error));
        Assert.Contains("65536", error);
        Assert.True(NodeConfig.TryParse(large.AsSpan(0, HostLimits.ConfigBytesMax), out _, out _));
    }

    [Theory]
    [InlineData("127.0.0.1", false, false, true)]
    [InlineData("127.5.0.1", false, false, true)]
    [InlineData("::1", false, false, true)]
    [InlineData("0.0.0.0", false, false, false)]
    [InlineData("::", false, false, false)]
    [InlineData("192.0.2.7", false, false, false)]
    [InlineData("192.0.2.7", true, false, true)]
    [InlineData("192.0.2.7", false, true, true)]
    public void Only_loopback_is_bound_without_plain(string listen, bool inFile, bool option, bool allowed)
    {
        NodeConfig config = Parse(Good) with { Listen = IPAddress.Parse(listen), Plain = inFile };
        Assert.Equal(allowed, config.TryCheckLink(option, out string error));
        Assert.Equal(allowed, error.Length == 0);
        if (!allowed)
            Assert.Contains("--plain", error);
    }

    [Fact]
    public void Any_bytes_never_throw() => Holds(
        Gen.Choose(0, 400).SelectMany(length => Gen.Choose(0, 255).ArrayOf(length)),
        bytes => NodeConfig.TryParse(Array.ConvertAll(bytes, b => (byte)b), out _, out string error)
            || IsLine(error));

    [Fact]
    public void An_altered_file_never_throws()
    {
        byte[] good = Encoding.UTF8.GetBytes(Good);
        const string Likely = "{}[]\",:\\u0d8019-.eE+ntf \n\0\xff";
        Holds(
            from count in Gen.Choose(1, 6)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select (count, seed),
            edit =>
            {
                Random random = new(edit.seed);
                List<byte> bytes = [.. good];
                for (int i = 0; i < edit.count; i++)
                {
                    int at = random.Next(bytes.Count);
                    switch (random.Next(3))
                    {
                        case 0: bytes[at] = (byte)Likely[random.Next(Likely.Length)]; break;
                        case 1: bytes.Insert(at, (byte)Likely[random.Next(Likely.Length)]); break;
                        default: bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 30))); break;
                    }
                }

                bool parsed = NodeConfig.TryParse(bytes.ToArray(), out NodeConfig? config, out string error);
                return parsed ? config is not null && error.Length == 0 : config is null && IsLine(error);
            });
    }

    private static bool IsLine(string error) => error.Length is > 0 and < 400 && !error.Contains('\n');

    private static NodeConfig Parse(string text)
    {
        Assert.True(
            NodeConfig.TryParse(Encoding.UTF8.GetBytes(text), out NodeConfig? config, out string error),
            error);
        return config!;
    }

    private static void Holds<T>(Gen<T> generator, Func<T, bool> property) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(10_000).WithEndSize(200),
            Prop.ForAll(generator.ToArbitrary(), property));
}
