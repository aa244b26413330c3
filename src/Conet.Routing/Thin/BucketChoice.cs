using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Thin;

/// <summary>
/// Which routes of a table answer a prefix: the longest prefix of it under which there are at least
/// <see cref="BucketLimits.RecordsMin"/>, or the whole table. Expired routes count: they are on the chain,
/// and a reader judges expiry by itself; cleared ones do not.
/// </summary>
/// <param name="Prefix">The prefix that was found.</param>
/// <param name="Rows">
/// The routes under it, ascending by wallet; one more than <see cref="BucketLimits.RecordsMax"/> if there are
/// more.
/// </param>
internal sealed record BucketChoice(AddressPrefix Prefix, IReadOnlyList<KeyValuePair<Address, RouteRow>> Rows)
{
    /// <summary>Whether there are more routes than a bucket holds.</summary>
    public bool IsTooLarge => Rows.Count > BucketLimits.RecordsMax;

    /// <summary>Chooses.</summary>
    /// <exception cref="InvalidDataException">A row of the table can no longer be read.</exception>
    public static BucketChoice Of(RouteTable table, AddressPrefix asked)
    {
        BucketChoice choice = Under(table, asked);
        while (choice.Prefix.Bits > 0 && choice.Rows.Count < BucketLimits.RecordsMin)
            choice = Under(table, asked.Shorten(choice.Prefix.Bits - 1));
        return choice;
    }

    private static BucketChoice Under(RouteTable table, AddressPrefix prefix) => new(prefix,
    [
        .. table.Routes.From(prefix.Lowest)
            .TakeWhile(route => prefix.Contains(route.Key))
            .Where(route => route.Value.Route.IsLive)
            .Take(BucketLimits.RecordsMax + 1),
    ]);
}
