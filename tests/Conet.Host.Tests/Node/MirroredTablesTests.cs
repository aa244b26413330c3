using System.Security.Cryptography;
using Conet.Host.Node;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Host.Tests.Node;

/// <summary>
/// How a node starts from what lies in its state directory. Nothing there keeps it from starting.
/// </summary>
public sealed class MirroredTablesTests : IDisposable
{
    private static readonly MirrorOptions _options = new(31337, Contract(1), Contract(2), 1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conet-tables-");
    private readonly List<string> _notes = [];
    private readonly JsonRpcProvider _provider =
        JsonRpcProvider.Connect(new Uri("http://127.0.0.1:9"), _options.ChainId);

    private string SnapshotPath => Path.Combine(_folder.FullName, "routes.snapshot");

    public void Dispose()
    {
        _provider.DisposeAsync().AsTask().Wait();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_good_snapshot_serves_at_once_and_without_a_word()
    {
        File.WriteAllBytes(SnapshotPath, Encode(KeyOfThisNode()));
        MirroredTables tables = Open();
        Assert.Empty(_notes);
        Assert.True(tables.Status.Loaded);
        Assert.Equal(77UL, tables.Status.HeadBlock);
    }

    [Fact]
    public void The_first_start_makes_a_key_and_says_nothing()
    {
        Assert.False(Open().Status.Loaded);
        Assert.Empty(_notes);
        Assert.Equal(KeyOfThisNode(), KeyOfThisNode());
    }

    [Theory]
    [InlineData("empty", nameof(SnapshotProblem.NotASnapshot))]
    [InlineData("half", nameof(SnapshotProblem.NotASnapshot))]
    [InlineData("altered", nameof(SnapshotProblem.Corrupt))]
    [InlineData("of another node", nameof(SnapshotProblem.Foreign))]
    [InlineData("of another version", nameof(SnapshotProblem.OtherVersion))]
    [InlineData("a folder", nameof(SnapshotProblem.Unreadable))]
    public void A_snapshot_that_is_no_good_is_named_with_the_reason_and_the_node_starts(
        string what, string reason)
    {
        byte[] good = Encode(KeyOfThisNode());
        byte[] altered = [.. good];
        altered[100] ^= 1;
        byte[] otherVersion = [.. good];
        otherVersion[11]++;
        if (what == "a folder")
            Directory.CreateDirectory(SnapshotPath);
        else
            File.WriteAllBytes(SnapshotPath, what switch
            {
                "empty" => [],
                "half" => good[..^20],
                "altered" => altered,
                "of another node" => Encode(RandomNumberGenerator.GetBytes(SnapshotFile.KeySize)),
                _ => otherVersion,
            });
        MirroredTables tables = Open();
        string note = Assert.Single(_notes);
        Assert.Contains(SnapshotPath, note, StringComparison.Ordinal);
        Assert.Contains(reason, note, StringComparison.Ordinal);
        Assert.Contains("from the chain", note, StringComparison.Ordinal);
        Assert.False(tables.Status.Loaded);
    }

    [Fact]
    public void What_a_killed_process_left_beside_the_snapshot_is_removed()
    {
        byte[] good = Encode(KeyOfThisNode());
        File.WriteAllBytes(SnapshotPath, good);
        File.WriteAllBytes($"{SnapshotPath}.tmp", good[..50]);
        Assert.True(Open().Status.Loaded);
        Assert.Empty(_notes);
        Assert.Equal(
            ["routes.key", "routes.snapshot"],
            _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
    }

    private static Address Contract(byte n) => new([n, .. new byte[Address.Size - 1]]);

    private static byte[] Encode(byte[] key)
    {
        RouteTable table = RouteTable.Create(key);
        return SnapshotFile.Encode(new MirrorSnapshot(77, default, table), _options, key);
    }

    private MirroredTables Open() =>
        MirroredTables.Open(_options, [_provider], _folder.FullName, _notes.Add);

    private byte[] KeyOfThisNode()
    {
        Open();
        _notes.Clear();
        return Convert.FromHexString(File.ReadAllText(Path.Combine(_folder.FullName, "routes.key")).Trim());
    }
}
