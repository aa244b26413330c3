using Mono.Cecil;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>The assemblies of src/, read as metadata and IL from beside the tests.</summary>
internal sealed class Universe
{
    /// <summary>From the bottom up: each may use only those before it.</summary>
    public static readonly string[] Layers = ["Conet.Wire", "Conet.Routing", "Conet.Client", "conet"];

    private static readonly Lazy<Universe> _source = new(() => new Universe(Layers));
    private static readonly Lazy<Universe> _withTests =
        new(() => new Universe([.. Layers, typeof(Universe).Assembly.GetName().Name!]));

    private Universe(IEnumerable<string> names)
    {
        Resolver resolver = new();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        Modules = [.. names.Select(resolver.Load)];
        Types = [.. Modules.SelectMany(module => module.Types).SelectMany(AndNested)];
        TypesByName = Types.GroupBy(type => type.FullName).ToDictionary(
            group => group.Key, group => group.First());
    }

    /// <summary>What src/ builds.</summary>
    public static Universe OfSource => _source.Value;

    /// <summary>The same and this test assembly, for offences planted there.</summary>
    public static Universe WithPlants => _withTests.Value;

    public IReadOnlyList<ModuleDefinition> Modules { get; }

    /// <summary>All types, nested ones and those the compiler made among them.</summary>
    public IReadOnlyList<TypeDefinition> Types { get; }

    public IReadOnlyDictionary<string, TypeDefinition> TypesByName { get; }

    /// <summary>Whether a type stands in a namespace, below it, or nested in a type that does.</summary>
    public static bool IsIn(TypeReference type, string space)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        return type.Namespace == space || type.Namespace.StartsWith($"{space}.", StringComparison.Ordinal);
    }

    /// <summary>The outermost type that holds this one, which is what a reader knows.</summary>
    public static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        return type;
    }

    public static bool IsCompilerMade(TypeDefinition type) => type.Name.Contains('<');

    private static IEnumerable<TypeDefinition> AndNested(TypeDefinition type) =>
        type.NestedTypes.SelectMany(AndNested).Prepend(type);

    /// <summary>
    /// Resolves references between the assemblies read to these, so that one type is one object.
    /// </summary>
    private sealed class Resolver : DefaultAssemblyResolver
    {
        public ModuleDefinition Load(string name)
        {
            ModuleDefinition module = ModuleDefinition.ReadModule(
                Path.Combine(AppContext.BaseDirectory, $"{name}.dll"),
                new ReaderParameters { AssemblyResolver = this });
            RegisterAssembly(module.Assembly);
            return module;
        }
    }
}
