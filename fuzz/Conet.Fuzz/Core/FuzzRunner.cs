using System.Diagnostics;

namespace Conet.Fuzz.Core;

/// <summary>
/// Runs cases against one target, one after the other on the calling thread: seeded, replayable, bounded. A
/// crash of the process is not survived; run it in a process of its own and read <see cref="CaseScratch"/>
/// afterwards, as <see cref="Command.FuzzCommand"/> does.
/// </summary>
public sealed class FuzzRunner : IDisposable
{
    private const int DeadlineCheckMask = 0xFF;

    private readonly IFuzzTarget _target;
    private readonly FuzzOptions _options;
    private readonly FuzzMutator _mutator;
    private readonly GuardedInput _guarded;
    private readonly Dictionary<string, FuzzFinding> _findings = [];
    private byte[] _currentInput = [];
    private GuardSide _currentSide;

    /// <summary>Prepares a run.</summary>
    public FuzzRunner(IFuzzTarget target, FuzzOptions options)
    {
        _target = target;
        _options = options;
        _mutator = new FuzzMutator(target, [.. target.Seeds, .. options.Corpus], options.Seed);
        _guarded = new GuardedInput(target.InputBytesMax);
    }

    /// <summary>Makes the input of a case, and says which of its sides is guarded.</summary>
    public byte[] MakeCase(ulong index, out GuardSide side)
    {
        side = SideOf(index);
        return _mutator.Make(index).ToArray();
    }

    /// <summary>
    /// Runs the cases. Ends early at <see cref="FuzzOptions.FindingsMax"/> findings or when cancelled.
    /// </summary>
    public FuzzReport Run(CancellationToken cancellation = default)
    {
        _findings.Clear();
        Stopwatch clock = Stopwatch.StartNew();
        using CaseScratch? scratch = _options.ScratchPath is null
            ? null
            : new CaseScratch(_options.ScratchPath, _target.InputBytesMax, _options.Seed);
        using HangWatch watch = new(_options.HangMax, OnHang);
        ulong accepted = 0;
        ulong index = 0;
        while (index < _options.Count && _findings.Count < _options.FindingsMax)
        {
            bool isTimeToLook = ((int)index & DeadlineCheckMask) == 0;
            if (isTimeToLook && (cancellation.IsCancellationRequested || clock.Elapsed >= _options.TimeMax))
                break;
            ReadOnlySpan<byte> made = _mutator.Make(index);
            GuardSide side = SideOf(index);
            scratch?.Note(index, accepted, side, made);
            if (RunOne(index, made, side, watch))
                accepted++;
            index++;
        }

        return new FuzzReport(
            _target.Name, _options.Seed, index, accepted, clock.Elapsed, [.. _findings.Values]);
    }

    /// <summary>Runs one input with each of its sides guarded in turn.</summary>
    /// <returns>What was found, or null.</returns>
    public FuzzFinding? Replay(ReadOnlySpan<byte> input, out bool accepted)
    {
        _findings.Clear();
        accepted = false;
        using HangWatch watch = new(_options.HangMax, OnHang);
        input = input[..Math.Min(input.Length, _target.InputBytesMax)];
        foreach (GuardSide side in (ReadOnlySpan<GuardSide>)[GuardSide.AfterEnd, GuardSide.BeforeStart])
            accepted = RunOne(0, input, side, watch);
        return _findings.Values.FirstOrDefault();
    }

    /// <summary>Unmaps the guarded memory.</summary>
    public void Dispose() => _guarded.Dispose();

    private static GuardSide SideOf(ulong index) =>
        (index & 3) == 3 ? GuardSide.BeforeStart : GuardSide.AfterEnd;

    private bool RunOne(ulong index, ReadOnlySpan<byte> made, GuardSide side, HangWatch watch)
    {
        ReadOnlySpan<byte> input = _guarded.Place(made, side);
        Note(made, side);
        bool accepted = false;
        long before = GC.GetAllocatedBytesForCurrentThread();
        watch.Begin(index);
        try
        {
            accepted = _target.Run(input);
        }
        catch (Exception fault)
        {
            watch.End();
            Add(FuzzFindingKind.Exception, index, SignatureOf(fault), fault.ToString());
            return false;
        }

        watch.End();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > _target.AllocatedBytesMax)
        {
            Add(
                FuzzFindingKind.Allocation,
                index,
                "allocation",
                $"{made.Length} bytes of input made it allocate {allocated} bytes; the limit is "
                    + $"{_target.AllocatedBytesMax}.");
        }

        return accepted;
    }

    /// <summary>Keeps the case for the thread that watches for hangs.</summary>
    private void Note(ReadOnlySpan<byte> made, GuardSide side)
    {
        if (_currentInput.Length < sizeof(int) + made.Length)
            _currentInput = new byte[sizeof(int) + _target.InputBytesMax];
        BitConverter.TryWriteBytes(_currentInput, made.Length);
        made.CopyTo(_currentInput.AsSpan(sizeof(int)));
        _currentSide = side;
    }

    private byte[] CurrentInput() =>
        _currentInput.AsSpan(sizeof(int), BitConverter.ToInt32(_currentInput)).ToArray();

    private void OnHang(ulong index) => _options.OnHang(new FuzzFinding(
        FuzzFindingKind.Hang,
        index,
        _currentSide,
        "hang",
        $"{_target.Name}: case {index} did not end within {_options.HangMax.TotalSeconds} s.",
        CurrentInput()));

    private void Add(FuzzFindingKind kind, ulong index, string signature, string message) =>
        _findings.TryAdd(
            signature, new FuzzFinding(kind, index, _currentSide, signature, message, CurrentInput()));

    private static string SignatureOf(Exception fault)
    {
        string frame = fault.StackTrace?.Split('\n') is [string first, ..] ? first.Trim() : "nowhere";
        return fault is FuzzOracleException ? $"{fault.Message} {frame}" : $"{fault.GetType().Name} {frame}";
    }
}
