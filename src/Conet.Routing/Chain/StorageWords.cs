using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>How a word of storage is asked for.</summary>
internal static class StorageWords
{
    /// <summary>The method.</summary>
    public const string Method = "eth_getStorageAt";

    /// <summary>Its parameters, a JSON array.</summary>
    public static string Parameters(in Address account, in Bytes32 slot, BlockId block) =>
        $"[\"{account.ToHex()}\",\"{slot}\",{block.ToJson()}]";
}
