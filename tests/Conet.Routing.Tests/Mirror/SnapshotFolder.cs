using System.Security.Cryptography;
using Conet.Routing.Mirror;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// A folder for snapshot files that goes away with this object, and the key they are written with.
/// </summary>
internal sealed class SnapshotFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conet-snapshot-");

    public string File => Path.Combine(_folder.FullName, "routes.snapshot");

    public string Folder => _folder.FullName;

    public byte[] Key { get; } = RandomNumberGenerator.GetBytes(SnapshotFile.KeySize);

    public MirrorSnapshot WriteAndRead(MirrorSnapshot snapshot, MirrorOptions options)
    {
        SnapshotFile.Write(File, snapshot, options, Key);
        return Read(options);
    }

    public MirrorSnapshot Read(MirrorOptions options)
    {
        Assert.Equal(SnapshotProblem.None, SnapshotFile.TryRead(
            File, options, Key, RandomNumberGenerator.GetBytes(32), out MirrorSnapshot? read));
        return read!;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
