using System.Globalization;
using System.Text;
using System.Text.Json;
using Conet.Client;
using Conet.Host.Tests.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;
using Xunit.Abstractions;

namespace Conet.Host.Tests.Interop;

/// <summary>
/// The JavaScript program of tests/interop, written from docs/SPEC.md alone, against this implementation: it
/// checks the vectors, seals and opens, and talks over UDP with nodes and clients of this one.
/// </summary>
public sealed class InteropTests(ITestOutputHelper output)
{
    private static readonly NetworkId _network = ControlBench.Network;
    private static readonly string[] _networkArguments =
    [
        "--chain-id", _network.ChainId.ToString(CultureInfo.InvariantCulture),
        "--registry", _network.RouteRegistry.ToString(),
    ];

    [SkippableFact]
    public async Task The_other_implementation_agrees_with_every_vector()
    {
        Skip.If(NodeProgram.Missing is not null, NodeProgram.Missing);
        var (exitCode, bytes, errors) = await NodeProgram.RunAsync([], "verify.mjs");
        string text = Encoding.UTF8.GetString(bytes);
        output.WriteLine(text);
        Assert.True(exitCode == 0, text + errors);
        string[] words = text.TrimEnd().Split('\n')[^1].Split(' ');
        Assert.Equal(["passed,", "0", "failed"], words[1..]);
        Assert.InRange(int.Parse(words[0], CultureInfo.InvariantCulture), 400, int.MaxValue);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cell_that_it_seals_is_read_here(bool isSigned)
    {
        Skip.If(NodeProgram.Missing is not null, NodeProgram.Missing);
        using Wallet sender = Wallet.Create(), recipient = Wallet.Create();
        using SealKey prekey = SealKey.Create();
        string[] signing = isSigned ? ["--secret", SecretOf(sender)] : [];
        var (exitCode, cell, errors) = await NodeProgram.RunAsync(
            [], "conet.mjs", ["seal", .. _networkArguments, "--to", recipient.Address.ToString(),
                "--prekey", Convert.ToHexStringLower(prekey.PublicKey), "--text", "grüße", .. signing]);
        Assert.True(exitCode == 0, errors);
        byte[] bytes = new byte[EnvelopeLayout.Size], commit = new byte[FirstContactSeal.KeyCommitSize];
        Assert.True(FirstContactSeal.TryOpen(_network, cell, prekey, bytes, commit));
        Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(bytes, out Envelope envelope));
        Assert.Equal(EnvelopeProblem.None, envelope.CheckTime(NowMs()));
        Assert.Equal(isSigned, envelope.IsSignedTo(_network, recipient.Address, commit));
        Assert.Equal(isSigned ? sender.Address : default, envelope.From);
        Assert.True(MessageBody.TryParse(envelope.Body, out MessageBody message));
        Assert.Equal("grüße", Encoding.UTF8.GetString(message.Content));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cell_that_is_sealed_here_it_reads(bool isSigned)
    {
        Skip.If(NodeProgram.Missing is not null, NodeProgram.Missing);
        using Wallet sender = Wallet.Create(), recipient = Wallet.Create();
        using SealKey prekey = SealKey.Create();
        byte[] body = new byte[6], cell = new byte[CellLayout.Size], secret = new byte[SealKey.SecretSize];
        MessageBody.Write(null, wantsReceipt: false, "hallo"u8, body);
        EnvelopeDraft draft = new()
        {
            Kind = BodyKind.Message,
            IssuedMs = NowMs(),
            TtlSec = 600,
            MessageId = MessageId.CreateRandom(),
            To = recipient.Address,
            Body = body,
        };
        Assert.True(FirstContactSeal.TrySeal(
            _network, recipient.Address, prekey.PublicKey, draft, isSigned ? sender : null, cell));
        prekey.ExportSecret(secret);
        JsonElement read = await OpenAsync(cell, secret, expectedExit: 0);
        Assert.Equal("hallo", read.GetProperty("text").GetString());
        string? from = isSigned ? sender.Address.ToHex()[2..] : null;
        Assert.Equal(from, read.GetProperty("from").GetString());
        cell[700] ^= 1;
        Assert.Equal("notOpened", (await OpenAsync(cell, secret, 1)).GetProperty("problem").GetString());
    }

    [SkippableFact]
    public async Task It_attaches_registers_an_alias_and_receives_from_a_client_here()
    {
        Skip.If(NodeProgram.Missing is not null, NodeProgram.Missing);
        await using InteropNetwork network = await InteropNetwork.StartAsync(2);
        using Wallet mine = Wallet.Create(), its = Wallet.Create();
        using SealKey myPrekey = SealKey.Create(), itsPrekey = SealKey.Create();
        await using ConetClient client = await network.AttachClientAsync(mine, myPrekey, entry: 2, home: 2);
        byte[] secret = new byte[SealKey.SecretSize];
        itsPrekey.ExportSecret(secret);
        using NodeProgram program = NodeProgram.Start(
            "conet.mjs", ["listen", .. _networkArguments, "--secret", SecretOf(its),
                "--prekey-secret", Convert.ToHexStringLower(secret), .. HomeArguments(network, 1),
                "--aliases", "1", "--count", "4"]);
        JsonElement alias = await program.NextAsync("alias");
        await program.NextAsync("ready");
        network.Publish(its.Address, itsPrekey.PublicKey.ToArray(), home: 1);
        ReplyBlock block = new(
            AddressOf(alias, "alias"),
            Convert.FromHexString(alias.GetProperty("key").GetString()!),
            alias.GetProperty("expiresMs").GetUInt64());
        string longText = new('x', 20_000);
        (Destination To, string Text, bool Anonymous, Address? Signer, Address Via)[] sent =
        [
            (Destination.Wallet(its.Address), "to the wallet", false, its.Address, its.Address),
            (Destination.Home(its.Address, new NodeId(1)), "to the home", true, its.Address,
                NodeAddress.Home(new NodeId(1), its.Address)),
            (Destination.Reply(block), "to the alias", false, null, block.Alias),
            (Destination.Wallet(its.Address), longText, false, its.Address, its.Address),
        ];
        foreach (var (to, text, anonymous, signer, via) in sent)
        {
            SendOutcome outcome = await client.SendAsync(
                to, Encoding.UTF8.GetBytes(text), new SendOptions { Anonymous = anonymous }, null, Soon());
            JsonElement message = await program.NextAsync("message");
            Assert.Equal(text, message.GetProperty("text").GetString());
            Assert.Equal(anonymous ? null : mine.Address.ToString(), message.GetProperty("from").GetString());
            Assert.Equal(via, AddressOf(message, "destination"));
            Assert.Equal(SendStatus.Received, outcome.Status);
            Assert.Equal(signer, outcome.Receipt!.From);
        }

        await program.NextAsync("detached");
        Assert.Equal(0, await program.ExitAsync());
    }

    [SkippableTheory]
    [InlineData(30, false)]
    [InlineData(30, true)]
    [InlineData(15_000, false)]
    public async Task It_sends_to_a_client_here_and_gets_the_receipt(int size, bool isAnonymous)
    {
        Skip.If(NodeProgram.Missing is not null, NodeProgram.Missing);
        await using InteropNetwork network = await InteropNetwork.StartAsync(2);
        using Wallet mine = Wallet.Create(), its = Wallet.Create();
        using SealKey prekey = SealKey.Create();
        await using ConetClient client = await network.AttachClientAsync(mine, prekey, entry: 1, home: 1);
        string text = new('y', size);
        string[] naming = isAnonymous ? ["--anonymous"] : [];
        using NodeProgram program = NodeProgram.Start(
            "conet.mjs", ["send", .. _networkArguments, "--secret", SecretOf(its), "--receipt",
                "--entry", network.Node(2).Client.ToString(), .. HomeArguments(network, 2),
                "--to", mine.Address.ToString(), "--prekey", Convert.ToHexStringLower(prekey.PublicKey),
                "--receipt-from", mine.Address.ToString(), "--text", text, .. naming]);
        JsonElement alias = await program.NextAsync("alias");
        ReceivedMessage message = await FirstAsync(client);
        Assert.Equal(text, Encoding.UTF8.GetString(message.Content));
        Assert.Equal(isAnonymous ? null : its.Address, message.From);
        Assert.Equal(AddressOf(alias, "alias"), message.ReplyBlock!.Alias);
        JsonElement done = await program.NextAsync("sent");
        Assert.Equal(message.Id.ToString(), done.GetProperty("msgId").GetString());
        Assert.Equal(mine.Address, AddressOf(done.GetProperty("receipt"), "signer"));
        Assert.Equal(0, await program.ExitAsync());
    }

    private static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    private static ulong NowMs() => (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static string[] HomeArguments(InteropNetwork network, uint id) =>
    [
        "--node", network.Node(id).Client.ToString(), "--node-id", id.ToString(CultureInfo.InvariantCulture),
        "--seal-key", Convert.ToHexStringLower(network.Node(id).SealKeyBytes),
    ];

    private static string SecretOf(Wallet wallet)
    {
        byte[] secret = new byte[Wallet.SecretSize];
        wallet.ExportSecret(secret);
        return Convert.ToHexStringLower(secret);
    }

    private static Address AddressOf(JsonElement json, string name)
    {
        Assert.True(Address.TryParseHex(json.GetProperty(name).GetString(), out Address address));
        return address;
    }

    private static async Task<JsonElement> OpenAsync(byte[] cell, byte[] secret, int expectedExit)
    {
        var (exitCode, bytes, errors) = await NodeProgram.RunAsync(
            cell, "conet.mjs", ["open", .. _networkArguments, "--secret", Convert.ToHexStringLower(secret)]);
        Assert.True(exitCode == expectedExit, errors);
        using JsonDocument json = JsonDocument.Parse(bytes);
        return json.RootElement.Clone();
    }

    private static async Task<ReceivedMessage> FirstAsync(ConetClient client)
    {
        await foreach (ReceivedMessage message in client.ReceiveAsync(Soon()))
            return message;
        throw new InvalidOperationException("the client was closed");
    }
}
