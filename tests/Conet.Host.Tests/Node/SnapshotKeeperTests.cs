using Conet.Host.Node;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;

namespace Conet.Host.Tests.Node;

public sealed class SnapshotKeeperTests : IDisposable
{
    private const long Pause = HostLimits.SnapshotSaveSeconds * 1000L;
    private static readonly byte[] _key = new byte[SnapshotFile.KeySize];
    private static readonly MirrorOptions _options = new(31337, default, TableScene.Wallet, 1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conet-keeper-");
    private readonly List<string> _notes = [];

    private string SnapshotPath => Path.Combine(_folder.FullName, "routes.snapshot");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_saved_is_what_the_next_start_reads()
    {
        SnapshotKeeper keeper = Start(out MirrorSnapshot? none);
        Assert.Null(none);
        MirrorSnapshot first = TableScene.At(5, TableScene.WithEvent(RouteTable.Create(_key)));
        keeper.Save(first.Table, null, isEnding: false, Pause);
        keeper.Save(first.Table, first, isEnding: false, Pause - 1);
        Assert.False(File.Exists(SnapshotPath));
        keeper.Save(first.Table, first, isEnding: false, Pause);
        Start(out MirrorSnapshot? read);
        Assert.Equal((first.BlockNumber, first.BlockHash), (read!.BlockNumber, read.BlockHash));
        Assert.Equal(first.Table.Routes.From(default), read.Table.Routes.From(default));

        MirrorSnapshot last = TableScene.At(6, TableScene.WithEvent(first.Table));
        keeper.Save(last.Table, last, isEnding: true, Pause + 1);
        Start(out read);
        Assert.Equal(last.Table.RoutePosition, read!.Table.RoutePosition);
        Assert.Empty(_notes);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named_once_and_written_when_it_can()
    {
        SnapshotKeeper keeper = Start(out _);
        MirrorSnapshot first = TableScene.At(5, TableScene.WithEvent(RouteTable.Create(_key)));
        keeper.Save(first.Table, first, isEnding: false, Pause);
        DirectoryInfo inTheWay = Directory.CreateDirectory($"{SnapshotPath}.tmp");
        MirrorSnapshot next = TableScene.At(6, TableScene.WithEvent(first.Table));
        for (int i = 2; i < 6; i++)
            keeper.Save(next.Table, next, isEnding: false, i * Pause);
        Assert.Contains(SnapshotPath, Assert.Single(_notes), StringComparison.Ordinal);
        Assert.Equal(SnapshotProblem.None, Read(out MirrorSnapshot? read));
        Assert.Equal(5UL, read!.BlockNumber);

        inTheWay.Delete();
        keeper.Save(next.Table, next, isEnding: false, 6 * Pause);
        Assert.Equal(SnapshotProblem.None, Read(out read));
        Assert.Equal(6UL, read!.BlockNumber);
    }

    [Fact]
    public void A_file_that_goes_bad_under_its_table_is_named_once_and_not_written_from_it()
    {
        MirrorSnapshot first = TableScene.At(5, TableScene.WithEvent(RouteTable.Create(_key)));
        SnapshotFile.Write(SnapshotPath, first, _options, _key);
        SnapshotKeeper keeper = Start(out MirrorSnapshot? read);
        File.WriteAllBytes(SnapshotPath, [1]);
        Assert.False(read!.Table.Routes.TryGetValue(TableScene.Wallet, out _));
        MirrorSnapshot next = TableScene.At(6, TableScene.WithEvent(read.Table));
        for (int i = 1; i < 4; i++)
            keeper.Save(next.Table, next, isEnding: i == 3, i * Pause);
        Assert.Contains("from the chain", Assert.Single(_notes), StringComparison.Ordinal);
        Assert.Equal([1], File.ReadAllBytes(SnapshotPath));
        Assert.Equal(1, read.Table.Routes.Unreadable);
    }

    private SnapshotKeeper Start(out MirrorSnapshot? read)
    {
        SnapshotKeeper keeper = new(SnapshotPath, _options, _key, _notes.Add);
        read = keeper.Read(_key, nowMs: 0);
        return keeper;
    }

    private SnapshotProblem Read(out MirrorSnapshot? read) =>
        SnapshotFile.TryRead(SnapshotPath, _options, _key, _key, out read);
}
