using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Tests.Sockets;

/// <summary>Which faults to put in the way of a socket, from a seed; none while it is off.</summary>
internal sealed class FaultPlan(int seed)
{
    private static readonly int[] _trainErrors = [EIO, EINVAL, EMSGSIZE];
    private static readonly int[] _sendErrors =
    [
        EINTR, EAGAIN, ENOBUFS, ENOMEM, ECONNREFUSED, EPERM, ENETDOWN, ENETUNREACH, EHOSTUNREACH, EIO, EINVAL,
        EMSGSIZE,
    ];

    private static readonly int[] _receiveErrors =
        [EINTR, EAGAIN, EAGAIN, ENOBUFS, ENOMEM, ECONNREFUSED, ENETDOWN, EIO];

    private readonly Random _random = new(seed);

    public bool IsOn { get; set; } = true;

    /// <summary>Faults that were injected.</summary>
    public int Faults { get; private set; }

    /// <summary>Single cells that came and were marked as cut, so that they must count as wrong.</summary>
    public int SpoiltCells { get; set; }

    /// <summary>The errno of a send, or 0 to let it pass.</summary>
    public int OfSend(bool isTrain)
    {
        if (!Strikes(4))
            return 0;
        return isTrain && _random.Next(2) == 0 ? OneOf(_trainErrors) : OneOf(_sendErrors);
    }

    /// <summary>The errno of a receive, or 0 to let it pass.</summary>
    public int OfReceive(int oneIn) => Strikes(oneIn) ? OneOf(_receiveErrors) : 0;

    /// <summary>A part of so many, 1 at least.</summary>
    public int PartOf(int count) => count > 1 && Strikes(3) ? _random.Next(1, count) : count;

    /// <summary>Whether a fault of which one in so many is wished is to happen now.</summary>
    public bool Strikes(int oneIn)
    {
        if (!IsOn || _random.Next(oneIn) != 0)
            return false;
        Faults++;
        return true;
    }

    public int OneOf(params ReadOnlySpan<int> errors) => errors[_random.Next(errors.Length)];
}
