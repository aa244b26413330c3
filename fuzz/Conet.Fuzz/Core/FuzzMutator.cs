using System.Buffers.Binary;

namespace Conet.Fuzz.Core;

/// <summary>
/// Makes inputs: takes one of the pool and changes it a few times, by chance blindly or by what the target
/// knows of its format. What comes out depends on seed, name of the target and number of the case alone.
/// </summary>
public sealed class FuzzMutator
{
    private const int ChangesMax = 12;
    private const int BlockBytesMax = 64;
    private const int RandomInputOneIn = 200;
    private const int UnusualLengthOneIn = 8;

    private static readonly ulong[] _interesting =
    [
        0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 55, 56, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511,
        512, 1023, 1024, 4095, 4096, 32767, 32768, 65535, 65536, 0x00FF_FFFF, 0x7FFF_FFFE, 0x7FFF_FFFF,
        0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000, long.MaxValue,
        0x8000_0000_0000_0000, ulong.MaxValue,
    ];

    /// <summary>Some cases are changed blindly, some by what the target knows, some both ways.</summary>
    private static readonly int[] _blindOneIn = [1, 2, 100];

    private readonly IFuzzTarget _target;
    private readonly IReadOnlyList<byte[]> _pool;
    private readonly byte[][] _tokens;
    private readonly ulong _seed;
    private readonly ulong _stream;
    private readonly FuzzRandom _random;
    private readonly FuzzBuffer _buffer;

    /// <summary>Makes a mutator.</summary>
    /// <param name="target">Gives tokens, limits and changes of its own.</param>
    /// <param name="pool">Inputs to start from; an empty one is added if there is none.</param>
    /// <param name="seed">Any number.</param>
    public FuzzMutator(IFuzzTarget target, IReadOnlyList<byte[]> pool, ulong seed)
    {
        _target = target;
        _pool = pool.Count == 0 ? [[]] : pool;
        _tokens = [.. target.Tokens];
        _seed = seed;
        _stream = FuzzRandom.StreamOf(target.Name);
        _random = new FuzzRandom(seed);
        _buffer = new FuzzBuffer(target.InputBytesMax);
    }

    /// <summary>Makes the input of a case. The span is valid until the next call.</summary>
    /// <param name="index">Number of the case; the first ones are the pool as it is.</param>
    public ReadOnlySpan<byte> Make(ulong index)
    {
        if (index < (ulong)_pool.Count)
        {
            _buffer.Set(_pool[(int)index]);
            return _buffer.Bytes;
        }

        _random.Restart(_seed, _stream, index);
        if (_random.OneIn(RandomInputOneIn))
        {
            _buffer.Resize(_random.OneIn(2) ? _target.UsualBytes : _random.Small(_buffer.BytesMax));
            _random.Fill(_buffer.Bytes);
            return _buffer.Bytes;
        }

        _buffer.Set(_random.Pick(_pool));
        int changes = 1 + _random.Small(ChangesMax - 1);
        int blindOneIn = _random.Pick(_blindOneIn);
        for (int i = 0; i < changes; i++)
        {
            if (_random.OneIn(blindOneIn) || !_target.TryMutate(_buffer, _random))
                Change();
        }

        if (_target.UsualBytes > 0 && !_random.OneIn(UnusualLengthOneIn))
            _buffer.Resize(_target.UsualBytes);
        _target.Repair(_buffer, _random);
        return _buffer.Bytes;
    }

    private void Change()
    {
        switch (_random.Below(14))
        {
            case 0: FlipBit(); break;
            case 1: SetByte(); break;
            case 2: AddToByte(); break;
            case 3: WriteInteresting(); break;
            case 4: WriteInteresting(); break;
            case 5: DeleteBlock(); break;
            case 6: InsertCopy(); break;
            case 7: CopyBlock(); break;
            case 8: InsertRandom(); break;
            case 9: InsertToken(); break;
            case 10: OverwriteToken(); break;
            case 11: Splice(); break;
            case 12: ChangeLength(); break;
            default: FillBlock(); break;
        }
    }

    private int Place() => _random.Below(_buffer.Length);

    private int BlockLength() => 1 + _random.Small(BlockBytesMax - 1);

    private void FlipBit()
    {
        if (_buffer.Length > 0)
            _buffer.Bytes[Place()] ^= (byte)(1 << _random.Below(8));
    }

    private void SetByte()
    {
        if (_buffer.Length > 0)
            _buffer.Bytes[Place()] = (byte)_random.Next();
    }

    private void AddToByte()
    {
        if (_buffer.Length > 0)
            _buffer.Bytes[Place()] += (byte)(_random.Below(33) - 16);
    }

    private void WriteInteresting()
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        int size = 1 << _random.Below(4);
        ulong value = _random.Pick(_interesting) + (ulong)(_random.OneIn(4) ? _random.Below(5) - 2 : 0);
        if (_random.OneIn(3))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(number, value);
            _buffer.Overwrite(Place(), number[..size]);
            return;
        }

        BinaryPrimitives.WriteUInt64BigEndian(number, value);
        _buffer.Overwrite(Place(), number[^size..]);
    }

    private void DeleteBlock() => _buffer.Remove(Place(), BlockLength());

    private void InsertCopy()
    {
        int from = Place();
        int length = Math.Min(BlockLength(), _buffer.Length - from);
        _buffer.Insert(_random.Below(_buffer.Length + 1), _buffer.Bytes.Slice(from, length));
    }

    private void CopyBlock()
    {
        int from = Place();
        int length = Math.Min(BlockLength(), _buffer.Length - from);
        _buffer.Overwrite(Place(), _buffer.Bytes.Slice(from, length));
    }

    private void InsertRandom()
    {
        Span<byte> block = stackalloc byte[BlockBytesMax];
        block = block[..BlockLength()];
        _random.Fill(block);
        _buffer.Insert(_random.Below(_buffer.Length + 1), block);
    }

    private void InsertToken()
    {
        if (_tokens.Length > 0)
            _buffer.Insert(_random.Below(_buffer.Length + 1), _random.Pick(_tokens));
    }

    private void OverwriteToken()
    {
        if (_tokens.Length > 0)
            _buffer.Overwrite(Place(), _random.Pick(_tokens));
    }

    private void Splice()
    {
        ReadOnlySpan<byte> other = _random.Pick(_pool);
        int from = _random.Below(other.Length);
        if (_random.OneIn(2))
        {
            _buffer.Overwrite(Place(), other[from..]);
            return;
        }

        int at = _random.Below(_buffer.Length + 1);
        _buffer.Resize(at);
        _buffer.Insert(at, other[from..]);
    }

    private void ChangeLength()
    {
        byte fill = _random.OneIn(2) ? (byte)0 : (byte)0xFF;
        int length = _random.Below(3) switch
        {
            0 => _random.Below(_buffer.Length + 1),
            1 => _buffer.Length + _random.Below(5) - 2,
            _ => _buffer.Length + BlockLength(),
        };
        _buffer.Resize(length, fill);
    }

    private void FillBlock()
    {
        int at = Place();
        int length = Math.Min(BlockLength(), _buffer.Length - at);
        _buffer.Bytes.Slice(at, length).Fill(_random.OneIn(2) ? (byte)0 : (byte)0xFF);
    }
}
