using System.Numerics;

namespace Conet.Routing.Mirror;

/// <summary>
/// One question to all providers, and who answered what. Answers are compared, not believed. One thread.
/// </summary>
/// <typeparam name="T">What is answered; null for "does not have it".</typeparam>
internal sealed class Vote<T>
    where T : class
{
    private readonly T?[] _answers = new T?[MirrorLimits.ProvidersMax];
    private readonly ulong[] _lateMs = new ulong[MirrorLimits.ProvidersMax];
    private readonly Func<T, T, bool> _isSame;
    private ulong _toAsk;
    private ulong _asked;
    private ulong _answered;

    /// <param name="isSame">Whether two answers are the same.</param>
    /// <param name="toAsk">Bit i: provider i is asked.</param>
    public Vote(Func<T, T, bool> isSame, ulong toAsk)
    {
        _isSame = isSame;
        _toAsk = toAsk;
    }

    /// <summary>Providers that answered, also with "does not have it".</summary>
    public ulong Answered => _answered;

    public int AnsweredCount => BitOperations.PopCount(_answered);

    public bool TryNextToAsk(out int provider)
    {
        provider = BitOperations.TrailingZeroCount(_toAsk);
        return _toAsk != 0;
    }

    public void OnAsked(int provider, ulong lateMs)
    {
        _toAsk &= ~(1UL << provider);
        _asked |= 1UL << provider;
        _lateMs[provider] = lateMs;
    }

    public void OnAnswer(int provider, T? answer)
    {
        _toAsk &= ~(1UL << provider);
        _asked |= 1UL << provider;
        _answered |= 1UL << provider;
        _answers[provider] = answer;
    }

    /// <summary>The provider is not counted.</summary>
    public void Drop(int provider)
    {
        ulong others = ~(1UL << provider);
        _toAsk &= others;
        _asked &= others;
        _answered &= others;
        _answers[provider] = null;
    }

    public T? AnswerOf(int provider) => _answers[provider];

    /// <summary>True if nobody who is not late yet can still answer.</summary>
    public bool IsOver(ulong nowMs) => _toAsk == 0 && NextLateMs(nowMs) == ulong.MaxValue;

    /// <summary>When the next answer that is still waited for will be late.</summary>
    public ulong NextLateMs(ulong nowMs)
    {
        ulong next = ulong.MaxValue;
        for (ulong left = _asked & ~_answered; left != 0; left &= left - 1)
        {
            int provider = BitOperations.TrailingZeroCount(left);
            if (_lateMs[provider] > nowMs)
                next = Math.Min(next, _lateMs[provider]);
        }

        return next;
    }

    /// <summary>The answer that most gave, and who did; null if nobody has one.</summary>
    public (T? Answer, ulong By) Leading()
    {
        (T? Answer, ulong By) best = (null, 0);
        for (ulong left = _answered; left != 0; left &= left - 1)
        {
            int provider = BitOperations.TrailingZeroCount(left);
            if (_answers[provider] is not { } answer)
                continue;
            ulong by = With(answer);
            if (BitOperations.PopCount(by) > BitOperations.PopCount(best.By))
                best = (answer, by);
        }

        return best;
    }

    private ulong With(T answer)
    {
        ulong by = 0;
        for (ulong left = _answered; left != 0; left &= left - 1)
        {
            int provider = BitOperations.TrailingZeroCount(left);
            if (_answers[provider] is { } other && _isSame(answer, other))
                by |= 1UL << provider;
        }

        return by;
    }
}
