using System.Globalization;
using Conet.Routing.Mirror;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// What this assembly does as a program: writes the tables of <see cref="SnapshotScene"/> to a file, one
/// after the other, and says the number of each when it is written, until it is killed.
/// </summary>
internal static class SnapshotWriting
{
    public const string Name = "write-snapshots";

    public static void Run(string path, string keyHex, string first)
    {
        SnapshotScene scene = SnapshotScene.Create();
        byte[] key = Convert.FromHexString(keyHex);
        for (int number = int.Parse(first, CultureInfo.InvariantCulture); ; number++)
        {
            SnapshotFile.Write(path, scene.At(number), SimulatedChain.Options, key);
            Console.WriteLine(number);
        }
    }
}
