using System.Net;

namespace Conet.Client.Core;

/// <summary>Where the client's core hands cells to. The span is free again when the call returns.</summary>
internal interface ICellSender
{
    void Send(ReadOnlySpan<byte> cell, IPEndPoint to);
}
