using System.Net;
using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>What a client needs to know of a node. Immutable.</summary>
/// <param name="Id">Node id.</param>
/// <param name="ClientEndpoint">Where its client port is.</param>
/// <param name="SealKey">32 bytes, the X25519 key that control cells to it are sealed to.</param>
public sealed record NodeInfo(NodeId Id, IPEndPoint ClientEndpoint, ReadOnlyMemory<byte> SealKey);
