namespace Conet.Wire.Forwarding;

/// <summary>
/// Cells grouped by a key (a next hop or a local handle) with a counting sort, in order of arrival within
/// each group. Memory is taken at construction. One thread; what it returns is valid until its owner's next
/// batch.
/// </summary>
public sealed class CellBuckets
{
    private readonly int[] _places;
    private readonly int[] _keys;
    private readonly int[] _starts;
    private readonly int[] _cells;
    private readonly int[] _addedKeys;
    private readonly int[] _addedCells;
    private int _added;

    /// <param name="keysMax">Keys are 0 to this, exclusive.</param>
    /// <param name="cellsMax">Cells of one batch.</param>
    internal CellBuckets(int keysMax, int cellsMax)
    {
        int bucketsMax = Math.Min(keysMax, cellsMax);
        _places = new int[keysMax];
        _keys = new int[bucketsMax];
        _starts = new int[bucketsMax + 1];
        _cells = new int[cellsMax];
        _addedKeys = new int[cellsMax];
        _addedCells = new int[cellsMax];
    }

    /// <summary>Groups of the last batch.</summary>
    public int Count { get; private set; }

    /// <summary>Cells of the last batch, all groups together.</summary>
    public int CellCount => _added;

    /// <summary>Keys are 0 to this, exclusive.</summary>
    public int KeysMax => _places.Length;

    /// <summary>The key of a group.</summary>
    /// <param name="bucket">0 to <see cref="Count"/>, exclusive.</param>
    public int KeyOf(int bucket) => _keys.AsSpan(0, Count)[bucket];

    /// <summary>Which cells of the batch are in a group, in order of arrival.</summary>
    /// <param name="bucket">0 to <see cref="Count"/>, exclusive.</param>
    public ReadOnlySpan<int> CellsOf(int bucket)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)bucket, (uint)Count, nameof(bucket));
        return _cells.AsSpan(_starts[bucket], _starts[bucket + 1] - _starts[bucket]);
    }

    /// <summary>Forgets the last batch, also one that was never completed.</summary>
    internal void Clear()
    {
        for (int bucket = 0; bucket < Count; bucket++)
            _places[_keys[bucket]] = 0;
        Count = 0;
        _added = 0;
    }

    /// <summary>Counts one cell under a key.</summary>
    internal void Add(int key, int cell)
    {
        if (_places[key]++ == 0)
            _keys[Count++] = key;
        _addedKeys[_added] = key;
        _addedCells[_added++] = cell;
    }

    /// <summary>Puts the counted cells in place; the groups can be read from then on.</summary>
    internal void Complete()
    {
        int start = 0;
        for (int bucket = 0; bucket < Count; bucket++)
        {
            int key = _keys[bucket];
            int cells = _places[key];
            _starts[bucket] = start;
            _places[key] = start;
            start += cells;
        }

        _starts[Count] = start;
        for (int index = 0; index < _added; index++)
            _cells[_places[_addedKeys[index]]++] = _addedCells[index];
    }
}
