namespace Conet.Bench.Routing;

/// <summary>A structure that holds the routes of a scene. One thread.</summary>
internal interface ILookUps : IDisposable
{
    /// <summary>As the JSON says it.</summary>
    string Structure { get; }

    /// <summary>Whether several at once are looked up otherwise than one after the other.</summary>
    bool HasBatches { get; }

    /// <summary>Memory that a look-up may read. Bytes a route.</summary>
    double BytesPerRoute { get; }

    /// <summary>The same and what it takes to change it. Bytes a route.</summary>
    double BytesPerRouteInAll { get; }

    /// <summary>Takes the queries of a scene with the same routes.</summary>
    void Prepare(LookUpScene scene);

    /// <summary>Looks up so many of the scene's queries.</summary>
    /// <param name="isBatched">In batches, or one by one.</param>
    /// <param name="count">A multiple of <see cref="LookUpScene.Batch"/>.</param>
    LookUpTurn Run(bool isBatched, long count);
}
