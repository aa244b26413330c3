using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Conet.LoadGen.Tools;

namespace Conet.LoadGen.Turn;

/// <summary>
/// One allocation for each address that the generator sends from, each with a channel to the same peer. A
/// binding ends after ten minutes and its permission after five, so that it is renewed before every order.
/// </summary>
/// <param name="socket">The generator's.</param>
/// <param name="peer">Where the server sends the cells to.</param>
/// <param name="sources">How many.</param>
/// <param name="send">Sends one datagram from a source.</param>
internal sealed class TurnAllocations(
    Socket socket, IPEndPoint peer, int sources, TurnAllocations.SendFrom send)
{
    private const int Attempts = 5;
    private const int AnswerMs = 300;
    private const int AnswerBytesMax = 1500;

    private uint _transaction;
    private bool _isOpen;

    /// <summary>Sends one datagram.</summary>
    public delegate void SendFrom(int source, ReadOnlySpan<byte> datagram);

    /// <summary>Allocates, the first time, and binds or renews every channel.</summary>
    /// <exception cref="ToolException">The server refuses or does not answer.</exception>
    public void Renew()
    {
        socket.ReceiveTimeout = AnswerMs;
        Span<byte> id = stackalloc byte[StunMessage.TransactionIdBytes];
        Span<byte> allocate = stackalloc byte[StunMessage.AllocateBytes];
        Span<byte> bind = stackalloc byte[StunMessage.ChannelBindBytes];
        for (int source = 0; source < sources; source++)
        {
            if (!_isOpen)
            {
                BinaryPrimitives.WriteUInt32BigEndian(id, ++_transaction);
                StunMessage.WriteAllocate(id, allocate);
                Ask(source, allocate, "Allocate");
            }

            BinaryPrimitives.WriteUInt32BigEndian(id, ++_transaction);
            StunMessage.WriteChannelBind(id, ChannelData.FirstChannel, peer, bind);
            Ask(source, bind, "ChannelBind");
        }

        _isOpen = true;
    }

    private void Ask(int source, ReadOnlySpan<byte> request, string name)
    {
        Span<byte> answer = stackalloc byte[AnswerBytesMax];
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            send(source, request);
            try
            {
                while (true)
                {
                    int bytes = socket.Receive(answer);
                    if (StunMessage.IsSuccess(request, answer[..bytes]))
                        return;
                }
            }
            catch (SocketException)
            {
                // Nothing came in time; asked again.
            }
        }

        throw new ToolException($"the TURN server does not grant {name}");
    }
}
