namespace Conet.Wire.Bodies;

/// <summary>
/// Decides which piece of a long message to send next: a window that opens with each acknowledgement and
/// closes on loss, repetition of what is missing, piece 0 first. Owns no clock, no cell and no memory of the
/// message; one thread at a time. Source: docs/SPEC.md, section 7.4; the window follows RFC 5681, the timer
/// RFC 6298.
/// </summary>
public sealed class FragmentSender
{
    private const int WindowStart = 32;
    private const int WindowMin = 8;
    private const int WindowMax = 1024;
    private const int ReorderTolerance = 48;
    private const ulong TimeoutStartMs = 1_000;
    private const ulong TimeoutMinMs = 250;
    private const ulong TimeoutMaxMs = 3_000;

    private readonly PieceState[] _states;
    private readonly ulong[] _sentMs;
    private readonly int[] _sequence;
    private readonly Queue<int> _lost = new();
    private int _nextUnsent;
    private int _inFlight;
    private int _acknowledged;
    private int _lowest;
    private int _sequenceNext;
    private int _recoveryUntilSequence;
    private double _window = WindowStart;
    private double _threshold = WindowMax;
    private double _roundTripMs;
    private double _variationMs;
    private ulong _timeoutMs = TimeoutStartMs;
    private ulong _lastProgressMs;

    /// <summary>Starts a message of that many pieces.</summary>
    /// <param name="count">2 to 65 535.</param>
    public FragmentSender(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, FragmentBody.CountMax);
        _states = new PieceState[count];
        _sentMs = new ulong[count];
        _sequence = new int[count];
    }

    private enum PieceState : byte
    {
        Unsent,
        InFlight,
        Lost,
        Acknowledged,
    }

    /// <summary>Pieces in all.</summary>
    public int Count => _states.Length;

    /// <summary>Pieces the recipient has.</summary>
    public int Acknowledged => _acknowledged;

    /// <summary>Pieces sent more than once, each time counted.</summary>
    public int Repeated { get; private set; }

    /// <summary>True once the recipient has all.</summary>
    public bool IsComplete => _acknowledged == _states.Length;

    /// <summary>
    /// Milliseconds after which, without news, <see cref="TryNext"/> should be asked again.
    /// </summary>
    public ulong TimeoutMs => _timeoutMs;

    /// <summary>
    /// Takes the next piece to send now; false if the window is full or nothing is left to send.
    /// </summary>
    public bool TryNext(ulong nowMs, out int index)
    {
        index = -1;
        if (IsComplete)
            return false;
        if (_inFlight > 0 && nowMs >= _lastProgressMs + _timeoutMs)
            OnTimeout(nowMs);
        if (_inFlight >= (int)_window)
            return false;
        while (_lost.TryDequeue(out int lost))
        {
            if (_states[lost] != PieceState.Lost)
                continue;
            Repeated++;
            index = lost;
            break;
        }

        if (index < 0)
        {
            if (_nextUnsent == _states.Length)
                return false;
            index = _nextUnsent++;
        }

        if (_inFlight == 0)
            _lastProgressMs = nowMs;
        _states[index] = PieceState.InFlight;
        _sentMs[index] = nowMs;
        _sequence[index] = _sequenceNext++;
        _inFlight++;
        return true;
    }

    /// <summary>Takes an acknowledgement. One of another message length is ignored.</summary>
    public void OnAcknowledgement(in FragmentAckBody body, ulong nowMs)
    {
        if (body.Count != _states.Length)
            return;
        int fresh = 0;
        int newest = -1;
        int end = Math.Min(_states.Length, body.Base + (8 * body.Bitmap.Length));
        for (int index = _lowest; index < end; index++)
        {
            if (_states[index] is PieceState.Acknowledged or PieceState.Unsent || !body.Has(index))
                continue;
            if (_states[index] == PieceState.InFlight)
                _inFlight--;
            _states[index] = PieceState.Acknowledged;
            fresh++;
            if (newest < 0 || _sequence[index] > _sequence[newest])
                newest = index;
        }

        if (fresh == 0)
            return;
        _acknowledged += fresh;
        while (_lowest < _states.Length && _states[_lowest] == PieceState.Acknowledged)
            _lowest++;
        _lastProgressMs = nowMs;
        MeasureRoundTrip(nowMs - Math.Min(nowMs, _sentMs[newest]));
        _window += _window < _threshold ? fresh : fresh / _window;
        _window = Math.Min(_window, WindowMax);
        FindLosses(_sequence[newest], end);
    }

    private void FindLosses(int newestSequence, int end)
    {
        bool halve = false;
        for (int index = _lowest; index < end; index++)
        {
            if (_states[index] != PieceState.InFlight || _sequence[index] > newestSequence - ReorderTolerance)
                continue;
            MarkLost(index);
            halve |= _sequence[index] >= _recoveryUntilSequence;
        }

        if (!halve)
            return;
        _threshold = Math.Max(_window / 2, WindowMin);
        _window = _threshold;
        _recoveryUntilSequence = _sequenceNext;
    }

    private void OnTimeout(ulong nowMs)
    {
        for (int index = _lowest; index < _nextUnsent; index++)
        {
            if (_states[index] == PieceState.InFlight)
                MarkLost(index);
        }

        _threshold = Math.Max(_window / 2, WindowMin);
        _window = WindowMin;
        _recoveryUntilSequence = _sequenceNext;
        _timeoutMs = Math.Min(2 * _timeoutMs, TimeoutMaxMs);
        _lastProgressMs = nowMs;
    }

    private void MarkLost(int index)
    {
        _states[index] = PieceState.Lost;
        _inFlight--;
        _lost.Enqueue(index);
    }

    private void MeasureRoundTrip(ulong sampleMs)
    {
        if (_roundTripMs == 0)
        {
            _roundTripMs = sampleMs;
            _variationMs = sampleMs / 2.0;
        }
        else
        {
            _variationMs = (0.75 * _variationMs) + (0.25 * Math.Abs(_roundTripMs - sampleMs));
            _roundTripMs = (0.875 * _roundTripMs) + (0.125 * sampleMs);
        }

        double timeoutMs = _roundTripMs + Math.Max(4 * _variationMs, 100);
        _timeoutMs = Math.Clamp((ulong)timeoutMs, TimeoutMinMs, TimeoutMaxMs);
    }
}
