using System.Text.RegularExpressions;
using Conet.Repository.Tests.Sources;
using Mono.Cecil;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>Unsafe code and calls of native libraries have two folders.</summary>
public sealed partial class NativeCodeTests
{
    private static readonly string[] _rooms = ["Conet.Wire.Sockets", "Conet.Wire.Native"];

    /// <summary>Ways around bounds checks that need no unsafe keyword.</summary>
    private static readonly string[] _doors =
    [
        "System.Runtime.CompilerServices.Unsafe",
        "System.Runtime.InteropServices.Marshal",
        "System.Runtime.InteropServices.NativeMemory",
        "System.Runtime.InteropServices.NativeLibrary",
        "System.Runtime.InteropServices.GCHandle",
        "System.Runtime.InteropServices.DllImportAttribute",
        "System.Runtime.InteropServices.LibraryImportAttribute",
    ];

    [GeneratedRegex(@"\bunsafe\b|\b(DllImport|LibraryImport)\b|\bfixed\s*\(")]
    private static partial Regex Unsafe { get; }

    [Fact]
    public void Unsafe_and_native_calls_are_written_in_two_folders_only() => Findings.None(
        "unsafe, DllImport and LibraryImport stand in src/Conet.Wire/Sockets and src/Conet.Wire/Native only.",
        from path in Checkout.CSharpUnder("src/")
        where !path.StartsWith("src/Conet.Wire/Sockets/", StringComparison.Ordinal)
            && !path.StartsWith("src/Conet.Wire/Native/", StringComparison.Ordinal)
        from line in SourceText.Of(Checkout.Read(path)).Code.Split('\n').Index()
        where Unsafe.IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}");

    [Fact]
    public void Nothing_else_goes_around_the_checks_of_spans() => Findings.None(
        "Outside of Sockets/ and Native/: spans, BinaryPrimitives, Vector128.Create(span).",
        from type in Universe.OfSource.Types
        where !_rooms.Any(room => Universe.IsIn(type, room)) && !IsTheCompilers(type)
        from method in type.Methods
        where !method.Name.Contains('<')
        from member in Uses.OfBody(method)
        from used in Uses.Of(member)
        where _doors.Contains(used.FullName) || IsRawReference(member)
        select $"{type.FullName}.{method.Name}: {member.FullName}");

    [Fact]
    public void Native_methods_are_declared_in_two_namespaces_only() => Findings.None(
        "Imports are declared in Conet.Wire.Sockets and Conet.Wire.Native.",
        from type in Universe.OfSource.Types
        where !_rooms.Any(room => Universe.IsIn(type, room))
        from method in type.Methods
        where method.IsPInvokeImpl
        select method.FullName);

    [Fact]
    public void Only_the_wire_library_may_be_unsafe() => Findings.None(
        "AllowUnsafeBlocks in src/ is for Conet.Wire.csproj.",
        from path in Checkout.Projects
        where path.StartsWith("src/", StringComparison.Ordinal) && path != "src/Conet.Wire/Conet.Wire.csproj"
        where Checkout.Read(path).Contains("AllowUnsafeBlocks", StringComparison.Ordinal)
        select path);

    private static bool IsRawReference(MemberReference member) =>
        member.DeclaringType?.FullName == "System.Runtime.InteropServices.MemoryMarshal"
        && member.Name is "GetReference" or "GetArrayDataReference" or "CreateSpan" or "CreateReadOnlySpan";

    private static bool IsTheCompilers(TypeDefinition type) =>
        Universe.Outermost(type).Name.StartsWith('<');
}
