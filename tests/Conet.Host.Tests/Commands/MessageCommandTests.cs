using System.Security.Cryptography;
using System.Text.Json;
using Conet.Wire.Addresses;

namespace Conet.Host.Tests.Commands;

/// <summary>What README says of wallets and messages, against a running `conet up`.</summary>
[Collection("conet up")]
public sealed class MessageCommandTests(LocalNetworkFixture network) : IClassFixture<LocalNetworkFixture>
{
    [SkippableFact]
    public async Task A_wallet_that_was_never_registered_sends_text_and_a_megabyte_and_gets_receipts()
    {
        Skip.If(network.Missing is not null, network.Missing);
        string alice = await network.CreateWalletAsync("alice-1");
        string bob = await network.CreateWalletAsync("bob-1");
        string folder = Path.Combine(network.Tool.Home, "saved-1");
        await using RunningTool listening = await network.ListenAsync("bob-1", "--save", folder);

        ConetTool.Result sent = await network.Tool.RunAsync(
            "send", "--wallet", "alice-1", "--json", bob, "@hello");
        Assert.True(sent.ExitCode == 0, sent.Error);
        Assert.Equal("received", sent.Json.GetProperty("status").GetString());
        Assert.Equal(bob, sent.Json.GetProperty("receipt").GetProperty("from").GetString());
        JsonElement message = await LocalNetworkFixture.NextMessageAsync(listening, "@hello");
        Assert.Equal(alice, message.GetProperty("from").GetString());
        Assert.Equal("@hello", message.GetProperty("text").GetString());
        Assert.Equal(sent.Json.GetProperty("id").GetString(), message.GetProperty("id").GetString());

        byte[] content = RandomNumberGenerator.GetBytes(1_000_000);
        string path = Path.Combine(network.Tool.Home, "megabyte");
        await File.WriteAllBytesAsync(path, content);
        sent = await network.Tool.RunAsync("send", "--wallet", "alice-1", "--json", "bob-1", "--file", path);
        Assert.True(sent.ExitCode == 0, sent.Error);
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        message = await LocalNetworkFixture.NextMessageAsync(listening, hash);
        Assert.Equal(content, await File.ReadAllBytesAsync(message.GetProperty("file").GetString()!));

        ConetTool.Result route = await network.Tool.RunAsync("route", "show", alice, "--json");
        Assert.Equal("none", route.Json.GetProperty("state").GetString());
    }

    [SkippableFact]
    public async Task An_anonymous_message_names_nobody_and_its_reply_block_answers_it()
    {
        Skip.If(network.Missing is not null, network.Missing);
        await network.CreateWalletAsync("bob-2");
        string alice = await network.CreateWalletAsync("alice-2");
        await using RunningTool bob = await network.ListenAsync("bob-2");
        ConetTool.Result sent = await network.Tool.RunAsync(
            "send", "--anonymous", "--json", "bob-2", "who am I");
        Assert.True(sent.ExitCode == 0, sent.Error);
        JsonElement message = await LocalNetworkFixture.NextMessageAsync(bob, "who am I");
        Assert.Equal(JsonValueKind.Null, message.GetProperty("from").ValueKind);

        // A listening wallet can be answered by the alias in its own message, without its address.
        await using RunningTool aliceListens = await network.ListenAsync("alice-2");
        string block = message.GetProperty("reply_block").GetString()!;
        Assert.DoesNotContain(alice[2..].ToLowerInvariant(), block);
        sent = await network.Tool.RunAsync(
            "send", "--wallet", "bob-2", "--no-receipt", "--json", block, "late");
        Assert.Equal(0, sent.ExitCode);
        Assert.Equal("sent", sent.Json.GetProperty("status").GetString());
    }

    [SkippableFact]
    public async Task A_chosen_home_delivers_and_nobody_else()
    {
        Skip.If(network.Missing is not null, network.Missing);
        string bob = await network.CreateWalletAsync("bob-3");
        await network.CreateWalletAsync("alice-3");
        await using RunningTool listening = await network.ListenAsync("bob-3", "--homes", "2,1");
        Assert.True(Address.TryParseHex(bob, out Address address));
        ConetTool.Result sent = await network.Tool.RunAsync(
            "send", "--wallet", "alice-3", "--home", "1", "--entry", "3", bob, "by the second home");
        Assert.True(sent.ExitCode == 0, sent.Error);
        JsonElement message = await LocalNetworkFixture.NextMessageAsync(listening, "by the second home");
        Assert.Equal(
            NodeAddress.Home(new NodeId(1), address).ToString(), message.GetProperty("via").GetString());
        sent = await network.Tool.RunAsync(
            "send", "--wallet", "alice-3", "--home", "3", "--timeout", "2", bob, "he is not there");
        Assert.Equal(1, sent.ExitCode);
        Assert.Contains("no receipt within 2 s", sent.ErrorLine);
    }

    [SkippableFact]
    public async Task Routes_are_set_shown_and_cleared_and_nodes_are_listed()
    {
        Skip.If(network.Missing is not null, network.Missing);
        string carol = await network.CreateWalletAsync("carol");
        ConetTool.Result set =
            await network.Tool.RunAsync(
                "route", "set", "--wallet", "carol", "--homes", "3,1", "--days", "5", "--json");
        Assert.True(set.ExitCode == 0, set.Error);
        Assert.Equal("in force", set.Json.GetProperty("state").GetString());
        Assert.Equal([3, 1], set.Json.GetProperty("homes").EnumerateArray().Select(home => home.GetInt32()));
        Assert.True(set.Json.GetProperty("signed").GetBoolean());
        Assert.Equal(1, set.Json.GetProperty("epoch").GetInt32());
        ConetTool.Result again = await network.Tool.RunAsync("route", "set", "--wallet", "carol", "--json");
        Assert.Equal(2, again.Json.GetProperty("epoch").GetInt32());
        Assert.NotEqual(
            set.Json.GetProperty("prekey").GetString(), again.Json.GetProperty("prekey").GetString());
        ConetTool.Result cleared = await network.Tool.RunAsync("route", "clear", "--wallet", "carol");
        Assert.True(cleared.ExitCode == 0, cleared.Error);
        ConetTool.Result shown = await network.Tool.RunAsync("route", "show", carol, "--json");
        Assert.Equal("cleared", shown.Json.GetProperty("state").GetString());
        ConetTool.Result sent = await network.Tool.RunAsync("send", "--anonymous", carol, "nobody is there");
        Assert.Equal(66, sent.ExitCode);
        Assert.Contains("no route in force", sent.ErrorLine);

        ConetTool.Result nodes = await network.Tool.RunAsync("node", "list", "--json");
        string[] lines = nodes.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([1, 2, 3], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("node")
            .GetInt32()));
    }

    [SkippableFact]
    public async Task Listening_ends_after_the_messages_it_was_told_to_wait_for()
    {
        Skip.If(network.Missing is not null, network.Missing);
        string dave = await network.CreateWalletAsync("dave");
        await using RunningTool listening = await network.ListenAsync("dave", "--count", "1");
        ConetTool.Result sent = await network.Tool.RunAsync("send", "--anonymous", dave, "just one");
        Assert.True(sent.ExitCode == 0, sent.Error);
        Assert.Equal(0, await listening.EndAsync());
        ConetTool.Result none = await network.Tool.RunAsync(
            "listen", "--wallet", "dave", "--count", "1", "--timeout", "1");
        Assert.Equal(1, none.ExitCode);
    }
}
