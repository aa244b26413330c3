using Mono.Cecil;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>A class that nobody derives from says so.</summary>
public sealed class SealedTests
{
    [Fact]
    public void Classes_are_sealed_unless_something_derives_from_them()
    {
        HashSet<string> bases = [.. Universe.OfSource.Types
            .Select(type => type.BaseType?.GetElementType().FullName ?? "")];
        Findings.None(
            "Classes are sealed, static or abstract, unless another class of src/ derives from them.",
            from type in Universe.OfSource.Types
            where type is { IsClass: true, IsValueType: false, IsSealed: false, IsAbstract: false }
            where !Universe.IsCompilerMade(type) && type.Name != "Program" && !bases.Contains(type.FullName)
            select type.FullName);
    }

    /// <summary>Mutable fields that anyone may write are nobody's.</summary>
    [Fact]
    public void Fields_are_private_or_never_change() => Findings.None(
        "Instance fields of classes are private; public ones are constants or read-only.",
        from type in Universe.OfSource.Types
        where !Universe.IsCompilerMade(type) && type is { IsEnum: false, IsValueType: false }
        from field in type.Fields
        where field is { IsPublic: true, IsInitOnly: false, IsLiteral: false }
        where !IsNestedPrivate(type)
        select $"{type.FullName}.{field.Name}");

    private static bool IsNestedPrivate(TypeDefinition type) => type.IsNestedPrivate;
}
