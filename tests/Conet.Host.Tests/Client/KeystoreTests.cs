using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Conet.Client;
using Conet.Routing.Tests.Chain;
using Conet.Wire.Addresses;

namespace Conet.Host.Tests.Client;

public sealed class KeystoreTests : IDisposable
{
    private const string Password = "correct horse";
    private static readonly KeystoreCost _cheap = new(2, 1, 1);

    private readonly Wallet _wallet = Wallet.Create();

    public void Dispose() => _wallet.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("correct horse battery staple")]
    [InlineData("pässwörd \u00df \U0001F511")]
    [InlineData("half a pair \ud83d")]
    public void What_was_sealed_opens_with_its_password_only(string password)
    {
        byte[] json = Keystore.Encrypt(_wallet, password, _cheap);
        using Wallet opened = Open(json, password);
        Assert.Equal(Secret(_wallet), Secret(opened));
        KeystoreProblem problem = Keystore.TryDecrypt(json, password + " ", out Wallet? none);
        Assert.Equal(KeystoreProblem.WrongPassword, problem);
        Assert.Null(none);
    }

    [Fact]
    public void The_file_is_what_other_wallets_read()
    {
        using JsonDocument file = JsonDocument.Parse(Keystore.Encrypt(_wallet, Password, KeystoreCost.Light));
        JsonElement root = file.RootElement;
        Assert.Equal(3, root.GetProperty("version").GetInt32());
        Assert.Equal(_wallet.Address.ToHex()[2..], root.GetProperty("address").GetString());
        Assert.Equal('4', root.GetProperty("id").GetGuid().ToString()[14]);
        JsonElement crypto = root.GetProperty("crypto");
        Assert.Equal("aes-128-ctr", crypto.GetProperty("cipher").GetString());
        Assert.Equal("scrypt", crypto.GetProperty("kdf").GetString());
        JsonElement parameters = crypto.GetProperty("kdfparams");
        string[] names = ["dklen", "n", "r", "p"];
        Assert.Equal([32, 4096, 8, 1], names.Select(name => parameters.GetProperty(name).GetInt32()));
        Assert.Equal(64, parameters.GetProperty("salt").GetString()!.Length);
        Assert.Equal(new KeystoreCost(1 << 17, 8, 1), KeystoreCost.Default);
    }

    [Fact]
    public void Two_files_of_one_wallet_share_nothing_secret()
    {
        JsonNode first = Parse(Keystore.Encrypt(_wallet, Password, _cheap));
        JsonNode second = Parse(Keystore.Encrypt(_wallet, Password, _cheap));
        foreach (string name in (string[])["ciphertext", "mac", "cipherparams", "kdfparams"])
            Assert.NotEqual(first["crypto"]![name]!.ToJsonString(), second["crypto"]![name]!.ToJsonString());
        Assert.NotEqual(first["id"]!.ToString(), second["id"]!.ToString());
    }

    [SkippableFact]
    public void Keystores_of_other_wallets_open()
    {
        string? vectors = FindVectors();
        Skip.If(vectors is null, "No test vectors: set CONET_VECTORS, or put them into ../shared/vectors.");
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(vectors!));
        int opened = 0;
        foreach (JsonElement each in cases.RootElement.EnumerateArray())
        {
            byte[] content = Encoding.UTF8.GetBytes(each.GetProperty("content").GetString()!);
            byte[] password = Convert.FromHexString(each.GetProperty("password").GetString()!.AsSpan(2));
            if (each.GetProperty("type").GetString() != "keystore")
            {
                Assert.Equal(KeystoreProblem.Malformed, Keystore.TryDecrypt(content, "", out _));
                continue;
            }
            using Wallet wallet = Open(content, Encoding.UTF8.GetString(password));
            Assert.Equal(each.GetProperty("address").GetString(), wallet.Address.ToString());
            opened++;
        }
        Assert.Equal(7, opened);
    }

    [Theory]
    [InlineData("version", "1", KeystoreProblem.Unsupported)]
    [InlineData("crypto/cipher", "\"aes-256-ctr\"", KeystoreProblem.Unsupported)]
    [InlineData("crypto/kdf", "\"argon2id\"", KeystoreProblem.Unsupported)]
    [InlineData("crypto/kdfparams/dklen", "64", KeystoreProblem.Unsupported)]
    [InlineData("crypto/kdfparams/n", "1073741824", KeystoreProblem.TooCostly)]
    [InlineData("crypto/kdfparams/r", "16777216", KeystoreProblem.TooCostly)]
    [InlineData("crypto/kdfparams/p", "4294967295", KeystoreProblem.TooCostly)]
    [InlineData("crypto/kdfparams/n", "4294967296", KeystoreProblem.Malformed)]
    [InlineData("crypto/kdfparams/n", "1", KeystoreProblem.Malformed)]
    [InlineData("crypto/kdfparams/n", "6", KeystoreProblem.Malformed)]
    [InlineData("crypto/kdfparams/n", "2.5", KeystoreProblem.Malformed)]
    [InlineData("crypto/kdfparams/n", "-2", KeystoreProblem.Malformed)]
    [InlineData("crypto/kdfparams/r", "0", KeystoreProblem.Malformed)]
    [InlineData("crypto/kdfparams/p", "\"1\"", KeystoreProblem.Malformed)]
    [InlineData("crypto/kdfparams/salt", "\"00112233445566\"", KeystoreProblem.Malformed)]
    [InlineData("crypto/kdfparams", "[]", KeystoreProblem.Malformed)]
    [InlineData("crypto/cipherparams/iv", "\"00\"", KeystoreProblem.Malformed)]
    [InlineData("crypto/ciphertext", "\"\"", KeystoreProblem.Malformed)]
    [InlineData("crypto/mac", "\"zz\"", KeystoreProblem.Malformed)]
    [InlineData("crypto/mac", "null", KeystoreProblem.Malformed)]
    [InlineData("crypto", "7", KeystoreProblem.Malformed)]
    [InlineData("Crypto", "{}", KeystoreProblem.Malformed)]
    [InlineData("address", "\"00\"", KeystoreProblem.Malformed)]
    [InlineData("address", "\"5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\"", KeystoreProblem.Malformed)]
    [InlineData("address", "null", KeystoreProblem.None)]
    [InlineData("x-anything", "{\"a\":[1]}", KeystoreProblem.None)]
    public void Every_problem_is_told_apart(string path, string value, KeystoreProblem expected)
    {
        JsonNode file = Parse(Keystore.Encrypt(_wallet, Password, _cheap));
        string[] names = path.Split('/');
        JsonNode parent = names.SkipLast(1).Aggregate(file, (node, name) => node[name]!);
        parent[names[^1]] = JsonNode.Parse(value);
        KeystoreProblem problem = Keystore.TryDecrypt(Bytes(file), Password, out Wallet? wallet);
        bool isOpen = wallet is not null;
        wallet?.Dispose();
        Assert.Equal((expected, expected == KeystoreProblem.None), (problem, isOpen));
    }

    [Fact]
    public void Costs_of_pbkdf2_are_bounded_too()
    {
        Assert.Equal(KeystoreProblem.WrongPassword, Try(iterations: 10, "hmac-sha256"));
        Assert.Equal(KeystoreProblem.TooCostly, Try(ClientLimits.Pbkdf2IterationsMax + 1, "hmac-sha256"));
        Assert.Equal(KeystoreProblem.Malformed, Try(iterations: 0, "hmac-sha256"));
        Assert.Equal(KeystoreProblem.Unsupported, Try(iterations: 10, "hmac-sha512"));

        KeystoreProblem Try(int iterations, string function) =>
            Keystore.TryDecrypt(Pbkdf2File(iterations, function), Password, out _);
    }

    [Fact]
    public void A_file_that_was_altered_does_not_open()
    {
        JsonNode file = Parse(Keystore.Encrypt(_wallet, Password, _cheap));
        foreach (string path in (string[])["ciphertext", "mac", "kdfparams/salt"])
        {
            JsonNode altered = file.DeepClone();
            string[] names = path.Split('/');
            JsonNode parent = names.SkipLast(1).Aggregate(altered["crypto"]!, (node, name) => node[name]!);
            string digits = parent[names[^1]]!.GetValue<string>();
            parent[names[^1]] = (digits[0] == '0' ? '1' : '0') + digits[1..];
            Assert.Equal(KeystoreProblem.WrongPassword, Keystore.TryDecrypt(Bytes(altered), Password, out _));
        }
        // The IV is not under the MAC: what shows there is that another wallet comes out than the file names.
        file["crypto"]!["cipherparams"]!["iv"] = new string('0', 32);
        Assert.Equal(KeystoreProblem.Malformed, Keystore.TryDecrypt(Bytes(file), Password, out _));
    }

    [Fact]
    public void A_field_that_occurs_twice_is_refused()
    {
        string text = Encoding.UTF8.GetString(Keystore.Encrypt(_wallet, Password, _cheap));
        const string Field = "\"version\": 3";
        string twice = text.Replace(Field, $"{Field}, {Field}", StringComparison.Ordinal);
        Assert.NotEqual(text, twice);
        byte[] bytes = Encoding.UTF8.GetBytes(twice);
        Assert.Equal(KeystoreProblem.Malformed, Keystore.TryDecrypt(bytes, Password, out _));
    }

    [Fact]
    public void A_large_file_is_refused()
    {
        byte[] json = Keystore.Encrypt(_wallet, Password, _cheap);
        int room = ClientLimits.KeystoreBytesMax - json.Length;
        byte[] padded = [.. json, .. Enumerable.Repeat((byte)' ', room)];
        Open(padded, Password).Dispose();
        Assert.Equal(KeystoreProblem.Malformed, Keystore.TryDecrypt([.. padded, (byte)' '], Password, out _));
    }

    [Fact]
    public void The_address_is_read_without_the_password()
    {
        byte[] json = Keystore.Encrypt(_wallet, Password, _cheap);
        Assert.True(Keystore.TryReadAddress(json, out Address address));
        Assert.Equal(_wallet.Address, address);
        Assert.False(Keystore.TryReadAddress("{}"u8, out _));
        Assert.False(Keystore.TryReadAddress(Pbkdf2File(10, "hmac-sha256"), out _));
    }

    [Theory]
    [InlineData(3, 8, 1)]
    [InlineData(1 << 17, 0, 1)]
    [InlineData(1 << 24, 8, 1)]
    public void A_cost_that_would_not_open_again_is_not_written(uint n, uint r, uint p) =>
        Assert.Throws<ArgumentException>(
            () => Keystore.Encrypt(_wallet, Password, new KeystoreCost(n, r, p)));

    [Fact]
    public void No_bytes_make_it_throw()
    {
        byte[][] good = [Keystore.Encrypt(_wallet, Password, _cheap), Pbkdf2File(2, "hmac-sha256")];
        RegistryCases.Hold(random =>
        {
            byte[] json = RegistryCases.Hostile(random, good[random.Next(2)]);
            KeystoreProblem problem = Keystore.TryDecrypt(json, Password, out Wallet? wallet);
            using (wallet)
            {
                bool isNamed = Keystore.TryReadAddress(json, out Address named);
                return (wallet is not null) == (problem == KeystoreProblem.None)
                    && (wallet is null || !isNamed || wallet.Address == named);
            }
        });
    }

    private static Wallet Open(byte[] json, string password)
    {
        Assert.Equal(KeystoreProblem.None, Keystore.TryDecrypt(json, password, out Wallet? wallet));
        Assert.NotNull(wallet);
        return wallet;
    }

    private static byte[] Secret(Wallet wallet)
    {
        byte[] secret = new byte[Wallet.SecretSize];
        wallet.ExportSecret(secret);
        return secret;
    }

    private static byte[] Pbkdf2File(int iterations, string function) => Encoding.UTF8.GetBytes($$"""
        {"version": 3, "crypto": {"cipher": "aes-128-ctr", "cipherparams": {"iv": "{{new string('1', 32)}}"},
        "ciphertext": "{{new string('2', 64)}}", "mac": "{{new string('3', 64)}}", "kdf": "pbkdf2",
        "kdfparams": {"salt": "{{new string('4', 64)}}",
        "c": {{iterations}}, "dklen": 32, "prf": "{{function}}"} } }
        """);

    private static JsonNode Parse(byte[] json) => JsonNode.Parse(json)!;

    private static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    private static string? FindVectors()
    {
        string? root = Environment.GetEnvironmentVariable("CONET_VECTORS");
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        for (; root is null && at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared", "vectors");
            if (Directory.Exists(candidate)) root = candidate;
        }
        string file = Path.Combine(root ?? "", "ethereum", "wallets.json");
        return File.Exists(file) ? file : null;
    }
}
