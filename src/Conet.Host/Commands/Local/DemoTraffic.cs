using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Conet.Client;
using Conet.Wire.Addresses;

namespace Conet.Host.Commands.Local;

/// <summary>
/// Messages from one demo wallet to another: sends, and on the other side checks every byte, counts, and
/// measures the way. Numbers may be read by any thread.
/// </summary>
internal sealed class DemoTraffic
{
    private const int SequenceOffset = 0;
    private const int TimestampOffset = 4;
    private const int PaddingOffset = 12;
    private const int PaddingMax = 880;
    private const int LatenciesKept = 4096;

    private readonly ConetClient _sender;
    private readonly ConetClient _receiver;
    private readonly Destination _to;
    private readonly Address _from;
    private readonly HashSet<uint> _seen = [];
    private readonly List<double> _latenciesUs = [];
    private readonly Lock _gate = new();
    private int _sent;
    private int _receipts;
    private int _lost;
    private int _wrong;
    private int _duplicates;

    public DemoTraffic(ConetClient sender, ConetClient receiver)
    {
        _sender = sender;
        _receiver = receiver;
        _to = Destination.Wallet(receiver.Options.Wallet.Address);
        _from = sender.Options.Wallet.Address;
    }

    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Messages that arrived, each counted once.</summary>
    public int Delivered
    {
        get
        {
            lock (_gate)
                return _seen.Count;
        }
    }

    public int Receipts => Volatile.Read(ref _receipts);

    /// <summary>Messages whose lifetime ended without a receipt.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Messages delivered more than once.</summary>
    public int Duplicates => Volatile.Read(ref _duplicates);

    /// <summary>Messages with another sender or content than was sent.</summary>
    public int Wrong => Volatile.Read(ref _wrong);

    /// <summary>The last latencies, in microseconds, oldest first.</summary>
    public double[] LatenciesUs()
    {
        lock (_gate)
            return [.. _latenciesUs];
    }

    /// <summary>Takes what arrives until cancelled.</summary>
    public async Task ReceiveAsync(bool keepAllLatencies, CancellationToken cancellation)
    {
        await foreach (ReceivedMessage message in _receiver.ReceiveAsync(cancellation).ConfigureAwait(false))
            Take(message, keepAllLatencies);
    }

    /// <summary>Sends one message and waits for its receipt.</summary>
    public async Task SendAsync(CancellationToken cancellation)
    {
        uint sequence = (uint)Interlocked.Increment(ref _sent);
        byte[] content = new byte[PaddingOffset + RandomNumberGenerator.GetInt32(PaddingMax + 1)];
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(SequenceOffset), sequence);
        Fill(content, sequence);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(TimestampOffset), Stopwatch.GetTimestamp());
        SendOptions options = new() { Lifetime = TimeSpan.FromSeconds(HostLimits.LocalMessageSeconds) };
        SendOutcome outcome = await _sender.SendAsync(_to, content, options, null, cancellation)
            .ConfigureAwait(false);
        if (outcome.Status == SendStatus.Received)
            Interlocked.Increment(ref _receipts);
        else
            Interlocked.Increment(ref _lost);
    }

    private static void Fill(Span<byte> content, uint sequence)
    {
        for (int i = PaddingOffset; i < content.Length; i++)
            content[i] = (byte)((i * 31) + sequence);
    }

    private void Take(ReceivedMessage message, bool keepAllLatencies)
    {
        ReadOnlySpan<byte> content = message.Content;
        if (message.From != _from || content.Length < PaddingOffset)
        {
            Interlocked.Increment(ref _wrong);
            return;
        }

        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(content[SequenceOffset..]);
        byte[] expected = new byte[content.Length];
        Fill(expected, sequence);
        if (!content[PaddingOffset..].SequenceEqual(expected.AsSpan(PaddingOffset)))
        {
            Interlocked.Increment(ref _wrong);
            return;
        }

        long sentAt = BinaryPrimitives.ReadInt64BigEndian(content[TimestampOffset..]);
        double us = Stopwatch.GetElapsedTime(sentAt, message.ReceivedTimestamp).TotalMicroseconds;
        lock (_gate)
        {
            if (!_seen.Add(sequence))
            {
                Interlocked.Increment(ref _duplicates);
                return;
            }

            if (!keepAllLatencies && _latenciesUs.Count >= LatenciesKept)
                _latenciesUs.RemoveRange(0, LatenciesKept / 4);
            _latenciesUs.Add(us);
        }
    }
}
