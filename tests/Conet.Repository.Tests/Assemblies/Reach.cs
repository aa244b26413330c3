using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>
/// Everything that code can come to: a walk over IL from some types, through calls, delegates, generics,
/// fields and static constructors, within a universe of assemblies. A call of a virtual or interface method
/// goes to every override in the universe. An override of a method from outside the universe (ToString,
/// Dispose, ...) counts from the moment its type is met. So the walk errs on the side of too much.
/// </summary>
internal sealed class Reach
{
    private readonly Universe _universe;
    private readonly Func<TypeReference, bool> _isForbidden;
    private readonly Dictionary<string, string?> _from = new(StringComparer.Ordinal);
    private readonly HashSet<string> _types = new(StringComparer.Ordinal);
    private readonly Queue<MethodDefinition> _open = new();
    private readonly List<string> _offences = [];
    private readonly ILookup<string, MethodDefinition> _overrides;

    private Reach(Universe universe, Func<TypeReference, bool> isForbidden)
    {
        _universe = universe;
        _isForbidden = isForbidden;
        _overrides = OverridesIn(universe);
    }

    /// <summary>Methods met.</summary>
    public IReadOnlyCollection<string> Methods => _from.Keys;

    /// <summary>One line for each forbidden type and the way to it.</summary>
    public IReadOnlyList<string> Offences => _offences;

    /// <summary>Walks from all members of the types chosen.</summary>
    public static Reach From(
        Universe universe, Func<TypeDefinition, bool> isRoot, Func<TypeReference, bool> isForbidden)
    {
        Reach reach = new(universe, isForbidden);
        foreach (TypeDefinition type in universe.Types.Where(isRoot))
        {
            reach.Meet(type, null);
            foreach (MethodDefinition method in type.Methods)
                reach.Add(method, null);
        }

        while (reach._open.TryDequeue(out MethodDefinition? method))
            reach.Walk(method);
        return reach;
    }

    private static ILookup<string, MethodDefinition> OverridesIn(Universe universe) =>
        (from type in universe.Types
         from method in type.Methods
         where method.IsVirtual || method.HasOverrides
         from name in Overridden(type, method)
         select (name, method)).ToLookup(pair => pair.name, pair => pair.method, StringComparer.Ordinal);

    /// <summary>
    /// Names under which a virtual method can be called: of its bases and of its interfaces.
    /// </summary>
    private static IEnumerable<string> Overridden(TypeDefinition type, MethodDefinition method)
    {
        foreach (MethodReference explicitly in method.Overrides)
            yield return Key(explicitly.Resolve() ?? explicitly);
        for (TypeDefinition? at = type; at is not null; at = at.BaseType?.Resolve())
        {
            IEnumerable<TypeDefinition?> bases = [
                at.BaseType?.Resolve(), .. at.Interfaces.Select(Definition)];
            foreach (MethodDefinition other in bases.OfType<TypeDefinition>()
                .SelectMany(item => item.Methods))
            {
                if (other.Name == method.Name && other.Parameters.Count == method.Parameters.Count)
                    yield return Key(other);
            }
        }
    }

    private static TypeDefinition? Definition(InterfaceImplementation item) => item.InterfaceType.Resolve();

    private static string Key(MethodReference method) => method.FullName;

    private void Walk(MethodDefinition method)
    {
        string name = Key(method);
        foreach (TypeReference type in Uses.OfFrame(method))
            Meet(type, name);
        foreach (MemberReference member in Uses.OfBody(method))
        {
            foreach (TypeReference type in Uses.Of(member))
                Meet(type, name);
            if (member is MethodReference called)
                Call(called, name);
        }
    }

    private void Call(MethodReference called, string from)
    {
        MethodDefinition? definition = called.Resolve();
        if (definition is null)
            return;
        if (_universe.Modules.Contains(definition.Module))
            Add(definition, from);
        else if (Key(definition).StartsWith("System.Object::", StringComparison.Ordinal))
            return;
        if (!_universe.Modules.Contains(definition.Module))
            return;
        foreach (MethodDefinition method in _overrides[Key(definition)])
            Add(method, from);
    }

    private void Add(MethodDefinition method, string? from)
    {
        if (_from.TryAdd(Key(method), from))
            _open.Enqueue(method);
    }

    private void Meet(TypeReference type, string? from)
    {
        if (!_types.Add(type.FullName))
            return;
        if (_isForbidden(type))
            _offences.Add(Way(type, from));
        if (type.Resolve() is not { } definition || !_universe.Modules.Contains(definition.Module))
            return;
        foreach (TypeReference needed in Uses.OfDeclaration(definition))
            Meet(needed, from ?? definition.FullName);
        foreach (MethodDefinition method in definition.Methods)
        {
            if ((method.IsConstructor && method.IsStatic) || IsCalledFromOutside(definition, method))
                Add(method, from);
        }
    }

    private bool IsCalledFromOutside(TypeDefinition type, MethodDefinition method) =>
        method.IsVirtual && !type.IsInterface && Overridden(type, method).Any(name => !IsOurs(name));

    private bool IsOurs(string methodName)
    {
        string type = methodName[(methodName.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        type = type[..type.IndexOf("::", StringComparison.Ordinal)];
        return _universe.TypesByName.ContainsKey(type);
    }

    private string Way(TypeReference type, string? from)
    {
        List<string> steps = [type.FullName];
        for (string? at = from; at is not null; at = _from.GetValueOrDefault(at))
            steps.Add(at);
        return string.Join("\n      <- ", steps);
    }
}
