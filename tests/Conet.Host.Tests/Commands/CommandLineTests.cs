using System.Net;
using System.Net.Sockets;
using System.Text;
using Conet.Client;
using Conet.Host.Commands;
using Conet.Wire.Addresses;

namespace Conet.Host.Tests.Commands;

/// <summary>
/// Whatever is wrong with a command line or a file is one line and an exit code; nothing is half-written.
/// </summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("conet-cli-").FullName;

    private ConetTool Tool => new(_home);

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData("bogus", "bogus: there is no such command")]
    [InlineData("send", "ADDRESS")]
    [InlineData("send 0x12 hi", "0x12: is no address")]
    [InlineData("send 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "give a TEXT or --file")]
    [InlineData("send 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed hi", "is no address")]
    [InlineData("send 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed hi --timeout 0", "--timeout is 1 to 604800")]
    [InlineData("up --nodes 0", "--nodes is 1 to")]
    [InlineData("up --nodes x", "x")]
    [InlineData("node", "--config FILE is needed")]
    [InlineData("node --config x --snapshot-from ftp://h/s", "an http:// or https:// address")]
    [InlineData("wallet import w", "--secret-file or --keystore")]
    [InlineData("wallet new ../up", "a wallet's name has")]
    [InlineData("listen --count 0", "--count and --timeout")]
    [InlineData("mirror status --status-port 0", "--status-port is 1 to 65535")]
    [InlineData("mirror status --status-port 1 --config x", "give one of")]
    [InlineData("completions tcsh", "tcsh")]
    public async Task A_wrong_command_line_is_one_line_and_code_64(string line, string said)
    {
        ConetTool.Result result = await Tool.RunAsync(line.Split(' '));
        Assert.Equal(64, result.ExitCode);
        Assert.Contains(said, result.ErrorLine);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Help_says_what_each_verb_does()
    {
        string[] verbs = ["up", "node", "wallet", "send", "listen", "route", "mirror", "completions"];
        foreach (string verb in verbs)
        {
            ConetTool.Result help = await Tool.RunAsync(verb, "--help");
            Assert.Equal(0, help.ExitCode);
            Assert.Contains("Usage:", help.Output);
            Assert.Empty(help.Error);
        }

        ConetTool.Result suggested = await Tool.RunAsync("[suggest:10]", "conet wall");
        Assert.Equal("wallet", suggested.Output.Trim());
    }

    [Fact]
    public async Task A_wallet_is_kept_in_a_keystore_that_only_its_owner_can_read_and_open()
    {
        ConetTool.Result made = await Tool.RunAsync("wallet", "new", "w", "--json");
        Assert.True(made.ExitCode == 0, made.Error);
        string path = made.Json.GetProperty("file").GetString()!;
        byte[] json = await File.ReadAllBytesAsync(path);
        Assert.Equal(
            KeystoreProblem.None, Keystore.TryDecrypt(json, "a password of the tests", out Wallet? wallet));
        Assert.Equal(made.Json.GetProperty("address").GetString(), wallet!.Address.ToString());
        wallet.Dispose();
        Assert.Equal(KeystoreProblem.WrongPassword, Keystore.TryDecrypt(json, "another", out _));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        ConetTool.Result taken = await Tool.RunAsync("wallet", "new", "w");
        Assert.Equal(73, taken.ExitCode);
        Assert.Equal(json, await File.ReadAllBytesAsync(path));
        ConetTool.Result imported = await Tool.RunAsync(
            "wallet", "import", "copy", "--keystore", path, "--json");
        Assert.True(imported.ExitCode == 0, imported.Error);
        Assert.Equal(
            made.Json.GetProperty("address").GetString(), imported.Json.GetProperty("address").GetString());
        ConetTool.Result which = await Tool.RunAsync("listen");
        Assert.Equal(64, which.ExitCode);
        Assert.Contains("several wallets (copy, w)", which.ErrorLine);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"version\":3}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public async Task A_spoilt_keystore_is_refused_in_one_line(string content)
    {
        Directory.CreateDirectory(Path.Combine(_home, "wallets"));
        await File.WriteAllTextAsync(Path.Combine(_home, "wallets", "w.json"), content);
        ConetTool.Result result = await Tool.RunAsync("listen");
        Assert.Equal(65, result.ExitCode);
        Assert.Contains("w.json: is no version 3 keystore", result.ErrorLine);
    }

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "must hold one object")]
    [InlineData("{\"chainId\":1}", "providers must be a list")]
    [InlineData("{\"chainId\":0}", "chainId must be a number from 1 up")]
    [InlineData("{\"chainId\":1,\"chainId\":1}", "unknown or stands twice")]
    [InlineData("{\"chainId\":1,\"providers\":[\"file:///etc/passwd\"]}", "providers must be a list")]
    [InlineData(
        "{\"chainId\":1,\"providers\":[\"http://127.0.0.1\"],\"nodeRegistry\":\"0x1\"}", "must be addresses")]
    public void A_spoilt_network_file_is_refused_with_a_reason(string json, string reason)
    {
        Assert.False(NetworkFile.TryParse(Encoding.UTF8.GetBytes(json), out _, out string problem));
        Assert.Contains(reason, problem);
    }

    [Theory]
    [InlineData(null, "Unreachable")]
    [InlineData("garbage", "Malformed")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x1\"}", "chain")]
    public async Task A_chain_that_is_absent_or_another_or_talks_garbage_is_one_line(
        string? answer, string said)
    {
        using HttpListener? server = answer is null ? null : Serve(answer, out int port);
        port = server is null ? FreePort() : int.Parse(server.Prefixes.First().Split(':')[2].TrimEnd('/'));
        await File.WriteAllTextAsync(Path.Combine(_home, "network.json"), $$"""
            {"chainId":31337,"providers":["http://127.0.0.1:{{port}}"],
             "nodeRegistry":"0x0000000000000000000000000000000000000001",
             "routeRegistry":"0x0000000000000000000000000000000000000002"}
            """);
        ConetTool.Result result = await Tool.RunAsync("node", "list");
        Assert.Equal(69, result.ExitCode);
        Assert.Contains(said, result.ErrorLine, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("{}", "needs")]
    [InlineData("nonsense", "not JSON")]
    public async Task A_spoilt_node_configuration_is_one_line_and_code_78(string content, string said)
    {
        string path = Path.Combine(_home, "node.json");
        await File.WriteAllTextAsync(path, content);
        ConetTool.Result result = await Tool.RunAsync("node", "--config", path);
        Assert.Equal(78, result.ExitCode);
        Assert.Contains(said, result.ErrorLine);
        result = await Tool.RunAsync("node", "--config", path + ".absent");
        Assert.Equal(66, result.ExitCode);
        Assert.Contains("there is no such file", result.ErrorLine);
    }

    [Theory]
    [InlineData("plain text, with umlauts: ä", "plain text, with umlauts: ä")]
    [InlineData("\u001b[31mred\u0007", "\\u{1b}[31mred\\u{7}")]
    [InlineData("a\u202Eb\u200Bc", "a\\u{202e}b\\u{200b}c")]
    [InlineData("two\nlines", "two\\u{a}lines")]
    public void Text_of_others_cannot_move_the_cursor_colour_or_hide(string text, string shown) =>
        Assert.Equal(shown, CommandOutput.Harmless(text));

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static HttpListener Serve(string answer, out int port)
    {
        port = FreePort();
        HttpListener server = new();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        _ = Task.Run(async () =>
        {
            while (server.IsListening)
            {
                try
                {
                    HttpListenerContext context = await server.GetContextAsync();
                    await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
                    context.Response.Close();
                }
                catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        });
        return server;
    }
}
