using System.Diagnostics.CodeAnalysis;

namespace Conet.Client;

/// <summary>What came of working on a route: a value, or why not in one printable line.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct RouteResult<T>
    where T : class
{
    private readonly T? _value;
    private readonly string? _error;

    private RouteResult(T? value, string? error)
    {
        _value = value;
        _error = error;
    }

    /// <summary>True when <see cref="Value"/> may be read.</summary>
    public bool IsSuccess => _value is not null;

    /// <summary>The value of a success.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public T Value => _value ?? throw new InvalidOperationException(Error);

    /// <summary>One line; empty on success.</summary>
    public string Error => _value is not null ? "" : _error ?? "nothing was done";

    /// <summary>A success.</summary>
    public static RouteResult<T> Ok(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value, null);
    }

    /// <summary>A failure, in one line.</summary>
    public static RouteResult<T> Fail(string error)
    {
        ArgumentException.ThrowIfNullOrEmpty(error);
        return new(null, error);
    }

    /// <summary>Takes the value of a success; on failure gives the line.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, out string error)
    {
        value = _value;
        error = Error;
        return _value is not null;
    }

    /// <summary>The value, or the error.</summary>
    public override string ToString() => _value?.ToString() ?? Error;
}
