using System.Text;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>A message call to simulate: eth_call and eth_estimateGas.</summary>
/// <param name="To">Contract called; null to create one.</param>
/// <param name="Data">Call data or creation code.</param>
/// <param name="From">Sender seen by the contract; null for the zero address.</param>
/// <param name="Value">Wei sent along.</param>
public readonly record struct CallRequest(
    Address? To, ReadOnlyMemory<byte> Data, Address? From = null, UInt256 Value = default)
{
    /// <summary>The transaction object of the JSON-RPC methods.</summary>
    internal string ToJson()
    {
        StringBuilder json = new("{", 64 + 2 * Data.Length);
        if (From is { } from) json.Append($"\"from\":\"{from.ToHex()}\",");
        if (To is { } to) json.Append($"\"to\":\"{to.ToHex()}\",");
        if (!Value.IsZero) json.Append($"\"value\":\"{Value.ToHexQuantity()}\",");
        return json.Append($"\"data\":\"{HexText.Format(Data.Span)}\"}}").ToString();
    }
}
