using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using Conet.Client.Core;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Client;

/// <summary>
/// A wallet on the network: attaches to home nodes, sends, receives. Owns one UDP socket and two threads, one
/// that receives and one that does everything else. All members may be called from any thread.
/// </summary>
public sealed class ConetClient : IAsyncDisposable, ICellSender, IBucketSource
{
    private const int BusyWaitMs = 2;
    private const int IdleWaitMs = 20;

    private readonly ConetClientOptions _options;
    private readonly ClientCore _core;
    private readonly Socket _socket;
    private readonly Thread _worker;
    private readonly Thread _receiver;
    private readonly ConcurrentQueue<byte[]> _datagrams = new();
    private readonly ConcurrentQueue<Action<ulong>> _commands = new();
    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly AutoResetEvent _wake = new(false);
    private readonly Channel<ReceivedMessage> _inbox;
    private readonly Dictionary<IPEndPoint, SocketAddress> _addresses = [];
    private int _datagramCount;
    private int _inboxCount;
    private volatile bool _isClosing;

    private ConetClient(ConetClientOptions options, Socket socket)
    {
        _options = options;
        _socket = socket;
        _inbox = Channel.CreateUnbounded<ReceivedMessage>(
            new UnboundedChannelOptions { SingleReader = false });
        _core = new ClientCore(options, this, HasRoom, TryDeliver, new ReplayMemory());
        _worker = new Thread(Work) { IsBackground = true, Name = "conet-client" };
        _receiver = new Thread(Receive) { IsBackground = true, Name = "conet-client-receive" };
    }

    /// <summary>What the client has counted so far.</summary>
    public ClientCounters Counters => _core.Counters;

    /// <summary>The options it was started with.</summary>
    public ConetClientOptions Options => _options;

    /// <summary>Opens a socket and starts.</summary>
    /// <exception cref="ConetClientException">The entry node is unknown or no socket can be had.</exception>
    public static ConetClient Start(ConetClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Prekeys.Count > 2)
            throw new ArgumentException(
                "At most two prekeys: the current one and the previous one.", nameof(options));
        if (!options.Directory.TryGetNode(options.Entry, out NodeInfo? entry))
            throw new ConetClientException($"there is no node {options.Entry.Value}; see: conet node list");
        ConetClient client = new(options, OpenSocket(entry.ClientEndpoint));
        client._worker.Start();
        client._receiver.Start();
        return client;
    }

    /// <summary>
    /// Makes a node a home of the client, and waits until it is one and its aliases are in force.
    /// </summary>
    /// <exception cref="ConetClientException">
    /// The node is unknown, refused, or did not answer in ten seconds.
    /// </exception>
    public async Task AttachAsync(NodeId home, AttachOptions options, CancellationToken ct)
    {
        HomeAttachment attachment = await RunAsync(nowMs => _core.Attach(home, options, nowMs))
            .ConfigureAwait(false);
        bool isReady = false;
        try
        {
            await attachment.Ready.Task.WaitAsync(TimeSpan.FromSeconds(10), ct).ConfigureAwait(false);
            isReady = true;
        }
        catch (TimeoutException)
        {
            throw new ConetClientException(
                $"node {home.Value} at {attachment.Home.ClientEndpoint} did not answer; is it running?");
        }
        finally
        {
            // A home that never answered is not tried for ever, nor waited for by messages.
            if (!isReady && !_isClosing)
                await RunAsync(_ => _core.GiveUp(attachment)).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Asks a node for the bucket of a prefix, by an attachment of its own: under a key made for it alone,
    /// and ended afterwards.
    /// </summary>
    public async Task<BucketFetch> FetchAsync(NodeId node, AddressPrefix prefix, CancellationToken ct)
    {
        BucketFetch Without(string problem) =>
            new(BucketState.NotAvailable, 0, prefix, default, problem);
        HomeAttachment? home = null;
        try
        {
            AttachOptions options = new() { AsWallet = false, AliasCount = 0 };
            home = await RunAsync(nowMs => _core.Attach(node, options, nowMs)).ConfigureAwait(false);
            await home.Ready.Task.WaitAsync(TimeSpan.FromSeconds(10), ct).ConfigureAwait(false);
            BucketDownload download = await RunAsync(nowMs => ClientCore.Download(home, prefix, nowMs))
                .ConfigureAwait(false);
            return await download.Done.Task.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (ConetClientException fault)
        {
            return Without(fault.Message);
        }
        catch (TimeoutException)
        {
            return Without("it does not answer");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Without("the client was closed");
        }
        finally
        {
            if (home is not null && !_isClosing)
                await RunAsync(nowMs => Leave(home, nowMs)).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a message, repeats it as needed, and says how it ended.</summary>
    /// <param name="to">Addressee.</param>
    /// <param name="content">0 bytes to 16 MiB; must not change until the task has ended.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">
    /// Told of each acknowledgement of a long message, on the client's thread; or null.
    /// </param>
    /// <param name="ct">
    /// Stops waiting; what was sent stays sent, and repetition ends with the lifetime.
    /// </param>
    public async Task<SendOutcome> SendAsync(
        Destination to,
        ReadOnlyMemory<byte> content,
        SendOptions options,
        IProgress<SendProgress>? progress,
        CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        double seconds = Math.Ceiling(options.Lifetime.TotalSeconds);
        if (seconds is < 1 or > Limits.EnvelopeLifetimeSecondsMax)
            throw new ArgumentOutOfRangeException(nameof(options), "A lifetime is 1 second to 7 days.");
        if (content.Length > Limits.MessageBytesMax)
            return Ended(SendStatus.TooLong);
        if (_isClosing)
            return Ended(SendStatus.Closed);
        Task<Task<SendOutcome>> begun = RunAsync(nowMs => Begin(to, content, options, progress, nowMs));
        return await (await begun.ConfigureAwait(false)).WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Gives each message that comes, once. Several readers share the messages.</summary>
    public async IAsyncEnumerable<ReceivedMessage> ReceiveAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        while (await _inbox.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
        {
            while (_inbox.Reader.TryRead(out ReceivedMessage? message))
            {
                Interlocked.Decrement(ref _inboxCount);
                yield return message;
            }
        }
    }

    /// <summary>
    /// Waits until the receipts and acknowledgements of what was received so far have been
    /// sent: a few seconds at most.
    /// </summary>
    public async Task DrainAnswersAsync(CancellationToken ct)
    {
        while (!_isClosing
            && await RunAsync(_ => _core.Answers.HasUnsent).WaitAsync(ct).ConfigureAwait(false))
            await Task.Delay(IdleWaitMs, ct).ConfigureAwait(false);
    }

    /// <summary>Takes leave of the homes, ends what is being sent, closes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosing)
            return;
        try
        {
            await RunAsync(nowMs =>
            {
                foreach (HomeAttachment attachment in _core.Attachments)
                    attachment.Detach(nowMs);
                return true;
            }).WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The thread is stuck in a send; closing the socket frees it.
        }

        _isClosing = true;
        _wake.Set();
        _socket.Dispose();
        _worker.Join();
        _receiver.Join();
        _core.Dispose();
        _inbox.Writer.TryComplete();
        _wake.Dispose();
    }

    void ICellSender.Send(ReadOnlySpan<byte> cell, IPEndPoint to)
    {
        if (!_addresses.TryGetValue(to, out SocketAddress? address))
        {
            if (_addresses.Count > 1024)
                _addresses.Clear();
            IPEndPoint target = _socket.AddressFamily == AddressFamily.InterNetworkV6
                && to.AddressFamily == AddressFamily.InterNetwork
                    ? new IPEndPoint(to.Address.MapToIPv6(), to.Port)
                    : to;
            address = target.Serialize();
            _addresses.Add(to, address);
        }

        try
        {
            _socket.SendTo(cell, SocketFlags.None, address);
            _core.Counters.CountSent();
        }
        catch (SocketException)
        {
            // A full buffer, a node that is gone, a network that is down: the cell is
            // lost and will be repeated.
        }
        catch (ObjectDisposedException)
        {
            // The client is closing.
        }
    }

    private static SendOutcome Ended(SendStatus status) => new(status, default, null, 0, 0);

    private static Socket OpenSocket(IPEndPoint entry)
    {
        try
        {
            Socket socket =
                new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
            Enlarge(socket);
            bool isLocal = IPAddress.IsLoopback(entry.Address);
            IPAddress any = isLocal && entry.AddressFamily == AddressFamily.InterNetwork
                ? IPAddress.Loopback.MapToIPv6()
                : isLocal ? IPAddress.IPv6Loopback : IPAddress.IPv6Any;
            socket.Bind(new IPEndPoint(any, 0));
            return socket;
        }
        catch (SocketException e)
        {
            throw new ConetClientException($"cannot open a UDP socket: {e.Message}", e);
        }
    }

    /// <summary>
    /// A burst of cells should fit; beyond the system's limit only a privileged process may go.
    /// </summary>
    private static void Enlarge(Socket socket)
    {
        const int Bytes = 8 << 20;
        const int SolSocket = 1;
        const int SoReceiveBufferForce = 33;
        socket.ReceiveBufferSize = Bytes;
        socket.SendBufferSize = Bytes;
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(Bytes));
        }
        catch (SocketException)
        {
            // Not permitted: the system's limit stays, and lost cells are repeated.
        }
    }

    private Task<T> RunAsync<T>(Func<ulong, T> action)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _commands.Enqueue(nowMs =>
        {
            try
            {
                done.SetResult(action(nowMs));
            }
            catch (ConetClientException e)
            {
                done.SetException(e);
            }
        });
        _wake.Set();
        return done.Task;
    }

    private Task<SendOutcome> Begin(
        Destination to,
        ReadOnlyMemory<byte> content,
        SendOptions options,
        IProgress<SendProgress>? progress,
        ulong nowMs)
    {
        SendStatus problem = OutgoingPlan.TryMake(
            _core, _options, to, content.Span, options, progress, nowMs, out OutgoingMessage? message);
        if (message is null)
            return Task.FromResult(Ended(problem));
        if (!_core.Outbox.TryAdd(message))
            return Task.FromResult(Ended(SendStatus.Busy));
        return message.Done.Task;
    }

    private bool Leave(HomeAttachment home, ulong nowMs)
    {
        home.Detach(nowMs);
        return _core.GiveUp(home);
    }

    private bool HasRoom() => Volatile.Read(ref _inboxCount) < _options.InboxMessagesMax;

    private bool TryDeliver(ReceivedMessage message)
    {
        Interlocked.Increment(ref _inboxCount);
        return _inbox.Writer.TryWrite(message);
    }

    private ulong NowMs() => (ulong)_options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Work()
    {
        while (!_isClosing)
        {
            while (_commands.TryDequeue(out Action<ulong>? command))
                command(NowMs());
            for (int i = 0; i < 256 && _datagrams.TryDequeue(out byte[]? buffer); i++)
            {
                Interlocked.Decrement(ref _datagramCount);
                _core.OnDatagram(buffer, NowMs());
                if (buffer.Length == CellLayout.Size)
                    _free.Add(buffer);
            }

            _core.Tick(NowMs());
            if (_datagrams.IsEmpty && _commands.IsEmpty)
                _wake.WaitOne(_core.IsBusy ? BusyWaitMs : IdleWaitMs);
        }

        while (_commands.TryDequeue(out Action<ulong>? command))
            command(NowMs());
    }

    private void Receive()
    {
        byte[] buffer = new byte[CellLayout.Size + 1];
        SocketAddress from = new(AddressFamily.InterNetworkV6);
        while (!_isClosing)
        {
            int length;
            try
            {
                length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
            }
            catch (SocketException)
            {
                continue; // an ICMP error of an earlier send, or a datagram longer than a cell
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            if (length != CellLayout.Size)
            {
                _core.Counters.Count(ClientDrop.WrongSize);
                continue;
            }

            if (Volatile.Read(ref _datagramCount) >= ClientLimits.DatagramsMax)
            {
                _core.Counters.Count(ClientDrop.QueueFull);
                continue;
            }

            if (!_free.TryTake(out byte[]? copy))
                copy = new byte[CellLayout.Size];
            buffer.AsSpan(0, CellLayout.Size).CopyTo(copy);
            Interlocked.Increment(ref _datagramCount);
            _datagrams.Enqueue(copy);
            _wake.Set();
        }
    }
}
