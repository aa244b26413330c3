using System.Security.Cryptography;
using Conet.Routing.Mirror;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// Makes digests and tag of a snapshot right again after it was altered, as its owner could.
/// </summary>
internal static class SnapshotSeal
{
    public static void Renew(Span<byte> bytes, ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> header = bytes[..SnapshotLayout.HeaderSize];
        if (!SnapshotPlan.TryRead(header, out SnapshotPlan plan) || plan.Size != bytes.Length)
            return;
        Span<byte> digests = bytes.Slice((int)plan.DigestsOffset, plan.DigestsSize);
        foreach (SnapshotSection section in (SnapshotSection[])
            [plan.Nodes, plan.Homes, plan.Pages, plan.Order, plan.Details])
        {
            for (int i = 0; i < section.Pieces; i++)
            {
                SHA256.HashData(
                    bytes.Slice((int)section.OffsetOf(i), section.SizeOf(i)),
                    digests[((section.FirstDigest + i) * SnapshotLayout.DigestSize)..]);
            }
        }

        SnapshotWriter.Tag(header, digests, key).CopyTo(bytes[(int)plan.TagOffset..]);
    }
}
