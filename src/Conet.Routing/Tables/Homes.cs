namespace Conet.Routing.Tables;

/// <summary>
/// Up to three home nodes in a route's order; 0 where there is none. A node prefix has one.
/// </summary>
/// <param name="First">Node id, not 0.</param>
/// <param name="Second">Node id or 0.</param>
/// <param name="Third">Node id or 0.</param>
public readonly record struct Homes(uint First, uint Second, uint Third)
{
    /// <summary>Most homes a route has.</summary>
    public const int CountMax = 3;
}
