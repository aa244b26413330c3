using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Conet.Fuzz.Core;

/// <summary>
/// A mapped file that holds the case being run. It is written before each case, and what was written stays in
/// the file whatever happens to the process, so that another can read the input that killed it.
/// <code>
///  magic 8 | seed 8 | index 8 | accepted 8 | side 4 | length 4 | input
/// </code>
/// </summary>
public sealed unsafe class CaseScratch : IDisposable
{
    private const ulong Magic = 0x434F_4E45_5446_555A;
    private const int SeedOffset = 8, IndexOffset = 16, AcceptedOffset = 24;
    private const int SideOffset = 32, LengthOffset = 36, InputOffset = 40;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _size;
    private byte* _bytes;

    /// <summary>Makes the file anew.</summary>
    /// <param name="path">Where; its folder must exist.</param>
    /// <param name="inputBytesMax">Longest input.</param>
    /// <param name="seed">Seed of the run.</param>
    public CaseScratch(string path, int inputBytesMax, ulong seed)
    {
        _size = InputOffset + inputBytesMax;
        File.Delete(path);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, _size);
        _view = _file.CreateViewAccessor(0, _size);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        BinaryPrimitives.WriteUInt64BigEndian(Bytes, Magic);
        BinaryPrimitives.WriteUInt64BigEndian(Bytes[SeedOffset..], seed);
        Bytes[IndexOffset..].Clear();
    }

    private Span<byte> Bytes => new(_bytes, _size);

    /// <summary>Notes the case that comes next.</summary>
    public void Note(ulong index, ulong accepted, GuardSide side, ReadOnlySpan<byte> input)
    {
        Span<byte> bytes = Bytes;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[IndexOffset..], index);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[AcceptedOffset..], accepted);
        BinaryPrimitives.WriteInt32BigEndian(bytes[SideOffset..], (int)side);
        BinaryPrimitives.WriteInt32BigEndian(bytes[LengthOffset..], input.Length);
        input.CopyTo(bytes[InputOffset..]);
    }

    /// <summary>Reads the case that was being run; false if there is no such file or it is not one.</summary>
    public static bool TryRead(
        string path, out ulong index, out ulong accepted, out GuardSide side, out byte[] input)
    {
        index = accepted = 0;
        side = GuardSide.AfterEnd;
        input = [];
        byte[] bytes;
        try
        {
            using FileStream file = new(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (IOException)
        {
            return false;
        }

        if (bytes.Length < InputOffset || BinaryPrimitives.ReadUInt64BigEndian(bytes) != Magic)
            return false;
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(LengthOffset));
        if (length < 0 || length > bytes.Length - InputOffset)
            return false;
        index = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(IndexOffset));
        accepted = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(AcceptedOffset));
        side = (GuardSide)BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(SideOffset));
        input = bytes.AsSpan(InputOffset, length).ToArray();
        return true;
    }

    /// <summary>Closes the file; it stays.</summary>
    public void Dispose()
    {
        if (_bytes == null)
            return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _bytes = null;
        _view.Dispose();
        _file.Dispose();
    }
}
