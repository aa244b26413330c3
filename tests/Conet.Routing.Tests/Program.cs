using Conet.Routing.Tests.Mirror;

if (args is not [SnapshotWriting.Name, string path, string key, string first])
    return 2;
SnapshotWriting.Run(path, key, first);
return 0;
