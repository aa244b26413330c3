using System.Diagnostics.CodeAnalysis;

namespace Conet.Routing.Chain;

/// <summary>
/// What a provider answered, checked: a value, or a <see cref="RpcFault"/>. Bad answers never throw.
/// </summary>
/// <typeparam name="T">The value's type; nullable where "null" is an answer.</typeparam>
public readonly struct RpcResult<T>
{
    private readonly T _value;
    private readonly RpcFault? _fault;
    private readonly bool _succeeded;

    private RpcResult(T value, RpcFault? fault)
    {
        _value = value;
        _fault = fault;
        _succeeded = fault is null;
    }

    /// <summary>True when <see cref="Value"/> may be read.</summary>
    public bool IsSuccess => _succeeded;

    /// <summary>The kind of failure, <see cref="RpcErrorKind.None"/> on success.</summary>
    public RpcErrorKind Kind => _succeeded ? RpcErrorKind.None : Fault.Kind;

    /// <summary>The value of a success.</summary>
    /// <exception cref="InvalidOperationException">The call failed.</exception>
    public T Value => _succeeded ? _value : throw new InvalidOperationException(Fault.ToString());

    /// <summary>The failure.</summary>
    /// <exception cref="InvalidOperationException">The call succeeded.</exception>
    public RpcFault Fault => _succeeded
        ? throw new InvalidOperationException("The call succeeded.")
        : _fault ?? Uninitialised;

    private static readonly RpcFault Uninitialised = new(RpcErrorKind.Malformed, "no answer");

    /// <summary>Takes the value of a success; on failure gives the fault.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out RpcFault? fault)
    {
        value = _value;
        fault = _succeeded ? null : Fault;
        return _succeeded;
    }

    /// <summary>The same failure for another value type.</summary>
    public RpcResult<TOther> Cast<TOther>() => RpcResult<TOther>.Fail(Fault);

    /// <summary>A success.</summary>
    public static RpcResult<T> Ok(T value) => new(value, null);

    /// <summary>A failure.</summary>
    public static RpcResult<T> Fail(RpcFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return new(default!, fault);
    }

    /// <summary>A failure.</summary>
    public static RpcResult<T> Fail(RpcErrorKind kind, string message) => Fail(new RpcFault(kind, message));

    /// <summary>The value, or the fault in one line.</summary>
    public override string ToString() => _succeeded ? $"{_value}" : Fault.ToString();
}
