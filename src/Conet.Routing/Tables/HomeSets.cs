using System.Collections.Immutable;

namespace Conet.Routing.Tables;

/// <summary>
/// The sets of homes that occur, each once: routes are many, sets are few, so that the table of sets stays in
/// the cache. Grows only; indexes stay valid in later instances. Immutable for readers.
/// </summary>
internal sealed class HomeSets
{
    private readonly Homes[] _sets;
    private readonly ImmutableDictionary<Homes, uint> _indexes;

    private HomeSets(Homes[] sets, ImmutableDictionary<Homes, uint> indexes)
    {
        _sets = sets;
        _indexes = indexes;
    }

    public static HomeSets Empty { get; } = new([], ImmutableDictionary<Homes, uint>.Empty);

    public Homes this[uint index] => _sets[index];

    /// <summary>The index of a set; a new instance if it was not there.</summary>
    public HomeSets With(Homes homes, out uint index)
    {
        if (_indexes.TryGetValue(homes, out index))
            return this;
        index = (uint)_indexes.Count;
        Homes[] sets = [.. _sets, homes]; // copied: after a reorg two tables may go on from the same one
        return new HomeSets(sets, _indexes.Add(homes, index));
    }
}
