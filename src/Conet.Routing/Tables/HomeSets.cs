namespace Conet.Routing.Tables;

/// <summary>
/// The sets of homes that occur, each once: routes are many, sets are mostly few, so that the table of sets
/// stays in the cache. Grows only, so one object serves every table that goes on from another, also two
/// from the same one after a reorganisation: what one of them added is merely unused by the other. Any
/// number of readers, of indexes that they found in a table; several writers.
/// </summary>
internal sealed class HomeSets
{
    private const int SetsAtFirst = 16;

    private readonly Lock _gate = new();
    private Homes[] _sets;
    private int _count;
    private Dictionary<Homes, uint>? _indexes;

    /// <summary>None yet.</summary>
    public HomeSets()
        : this(new Homes[SetsAtFirst], 0)
    {
    }

    /// <summary>Starts with sets that have the indexes 0, 1 and so on.</summary>
    /// <param name="sets">Taken over; may be longer than what counts.</param>
    /// <param name="count">How many of them count.</param>
    public HomeSets(Homes[] sets, int count)
    {
        _sets = sets;
        _count = count;
    }

    /// <summary>How many there are by now; indexes are below.</summary>
    public int Count => Volatile.Read(ref _count);

    public Homes this[uint index] => Volatile.Read(ref _sets)[index];

    /// <summary>The index of a set; it is added if it was not there.</summary>
    public uint IndexOf(in Homes homes)
    {
        lock (_gate)
        {
            _indexes ??= MakeIndexes();
            return _indexes.TryGetValue(homes, out uint known) ? known : Append(homes);
        }
    }

    /// <summary>
    /// An index of a set, perhaps a second one: does not ask which sets there are while that costs time.
    /// </summary>
    public uint Add(in Homes homes)
    {
        lock (_gate)
        {
            return _indexes is not null && _indexes.TryGetValue(homes, out uint known)
                ? known
                : Append(homes);
        }
    }

    private uint Append(in Homes homes)
    {
        if (_count == _sets.Length)
        {
            Homes[] larger = new Homes[Math.Max(SetsAtFirst, 2 * _count)];
            _sets.AsSpan(0, _count).CopyTo(larger);
            Volatile.Write(ref _sets, larger);
        }

        uint index = (uint)_count;
        _sets[_count] = homes;
        _indexes?.Add(homes, index);
        Volatile.Write(ref _count, _count + 1);
        return index;
    }

    /// <summary>Made when first needed: a table that was just loaded has to serve first.</summary>
    private Dictionary<Homes, uint> MakeIndexes()
    {
        Dictionary<Homes, uint> indexes = new(_count, new KeyedComparer());
        for (int i = 0; i < _count; i++)
            indexes.TryAdd(_sets[i], (uint)i);
        return indexes;
    }

    /// <summary>Users choose homes, and must not choose our buckets.</summary>
    private sealed class KeyedComparer : IEqualityComparer<Homes>
    {
        public bool Equals(Homes x, Homes y) => x == y;

        public int GetHashCode(Homes homes) => HashCode.Combine(homes.First, homes.Second, homes.Third);
    }
}
