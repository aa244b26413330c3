using Conet.Bench.Forward;

namespace Conet.Bench.Routing;

/// <summary>Looks up in several structures that hold the same, in turns.</summary>
/// <param name="rounds">Turns of each.</param>
/// <param name="turnTime">About how long a turn takes.</param>
internal sealed class LookUpRun(int rounds, TimeSpan turnTime)
{
    /// <summary>Rounds that are not kept: memory that was just taken is slower for some seconds.</summary>
    private const int WarmUpRounds = 3;

    /// <summary>Measures every structure that can be had at this size.</summary>
    /// <exception cref="ForwardException">Two structures found different values.</exception>
    public IReadOnlyList<RoutingRow> Measure(LookUpScene scene, IReadOnlyList<ILookUps> structures)
    {
        List<Series> series = [];
        foreach (ILookUps structure in structures)
        {
            structure.Prepare(scene);
            series.Add(new Series(structure, isBatched: false, turnTime));
            if (structure.HasBatches)
                series.Add(new Series(structure, isBatched: true, turnTime));
        }

        if (series.Select(one => one.Sum).Distinct().Count() != 1)
            throw new ForwardException("two structures found different values for the same queries");
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            foreach (Series one in series)
                one.Turn(isKept: round >= 0);
        }

        return [.. series.Select(one => one.ToRow(scene))];
    }

    private sealed class Series
    {
        private readonly ILookUps _structure;
        private readonly bool _isBatched;
        private readonly List<double> _rates = [];
        private readonly long _count;
        private long _allocated;

        /// <summary>Looks all queries up twice: to warm up, and to tell how many a turn has.</summary>
        public Series(ILookUps structure, bool isBatched, TimeSpan turnTime)
        {
            _structure = structure;
            _isBatched = isBatched;
            Sum = structure.Run(isBatched, LookUpScene.Queries).Sum;
            LookUpTurn turn = structure.Run(isBatched, LookUpScene.Queries);
            double queries = turnTime.TotalNanoseconds / Math.Max(1, turn.Nanoseconds) * LookUpScene.Queries;
            _count = (long)Math.Max(1, queries / LookUpScene.Batch) * LookUpScene.Batch;
        }

        /// <summary>Of the values found.</summary>
        public ulong Sum { get; }

        public void Turn(bool isKept)
        {
            LookUpTurn turn = _structure.Run(_isBatched, _count);
            if (!isKept)
                return;
            _rates.Add(_count * 1e9 / Math.Max(1, turn.Nanoseconds));
            _allocated += turn.BytesAllocated;
        }

        public RoutingRow ToRow(LookUpScene scene) => new()
        {
            Structure = _structure.Structure,
            Routes = scene.Routes,
            Load = scene.Load,
            IsBatched = _isBatched,
            Rates = _rates,
            BytesPerRoute = _structure.BytesPerRoute,
            BytesPerRouteInAll = _structure.BytesPerRouteInAll,
            BytesAllocated = _allocated,
        };
    }
}
