using System.Reflection;
using System.Runtime.CompilerServices;

namespace Conet.Repository.Tests.Api;

/// <summary>
/// The lines of one public type: its head, then what a caller or a derived class can use of it. What the
/// compiler adds to records is left out: the word record says it.
/// </summary>
internal static class ApiLines
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Type type)
    {
        yield return Head(type);
        IEnumerable<string> members = type.IsEnum
            ? Enum.GetNames(type).Select(name => (name, Value: Number(type, name))).OrderBy(
                item => item.Value)
                .Select(item => $"{item.name} = {item.Value}")
            : typeof(Delegate).IsAssignableFrom(type) ? [] : Members(type).Order(StringComparer.Ordinal);
        foreach (string member in members)
            yield return $"    {member}";
    }

    private static decimal Number(Type type, string name) =>
        Convert.ToDecimal(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture);

    private static string Head(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            return $"delegate {Result(invoke)} {ApiNames.FullName(type)}({Parameters(invoke)})";
        }

        string bases = string.Join(", ", Bases(type));
        return $"{Kind(type)} {ApiNames.FullName(type)}{(bases.Length == 0 ? "" : $" : {bases}")}"
            + Constraints(type.GetGenericArguments());
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum)
            return "enum";
        if (type.IsInterface)
            return "interface";
        bool isRecord =
            type.GetMethod("PrintMembers", Declared)?.IsDefined(typeof(CompilerGeneratedAttribute)) == true;
        string record = isRecord ? "record " : "";
        if (type.IsValueType)
        {
            string readOnly = type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "";
            return $"{readOnly}{(type.IsByRefLike ? "ref " : "")}{record}struct";
        }

        string modifier = (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            _ => "",
        };
        return $"{modifier}{record}class";
    }

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
            return [ApiNames.Of(Enum.GetUnderlyingType(type))];
        IEnumerable<string> bases = type.BaseType is { } parent && parent != typeof(object)
            && parent != typeof(ValueType)
            ? [ApiNames.Of(parent)]
            : [];
        return bases.Concat(type.GetInterfaces().Where(item => item.IsVisible).Select(ApiNames.Of)
            .Order(StringComparer.Ordinal));
    }

    private static string Constraints(Type[] arguments) => string.Concat(
        from argument in arguments
        where argument.IsGenericParameter
        let kinds = argument.GenericParameterAttributes
        let isStruct = kinds.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)
        let words = new[]
        {
            isStruct ? "struct" : "",
            kinds.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? "class" : "",
            kinds.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct
                ? "new()"
                : "",
            kinds.HasFlag(GenericParameterAttributes.AllowByRefLike) ? "allows ref struct" : "",
        }
        let types = argument.GetGenericParameterConstraints().Where(item => item != typeof(ValueType)).Select(
            ApiNames.Of)
        let all = string.Join(", ", words.Concat(types).Where(word => word.Length > 0))
        where all.Length > 0
        select $" where {argument.Name} : {all}");

    private static IEnumerable<string> Members(Type type) =>
    [
        .. type.GetFields(Declared).Where(IsVisible).Select(Field),
        .. type.GetConstructors(Declared).Where(item => IsVisible(item) && !IsGenerated(item))
            .Select(item => $"{Access(item)}{Bare(type)}({Parameters(item)})"),
        .. type.GetProperties(Declared).Where(IsVisible).Select(Property),
        .. type.GetEvents(Declared).Where(item => IsVisible(item.AddMethod!))
            .Select(item => $"event {ApiNames.Of(item)} {item.Name}"),
        .. type.GetMethods(Declared).Where(item => IsVisible(item) && !IsGenerated(item) && !IsAccessor(item))
            .Select(Method),
    ];

    private static string Bare(Type type) => type.Name.Split('`')[0];

    private static bool IsVisible(FieldInfo field) =>
        field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static bool IsVisible(MethodBase method) =>
        method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(PropertyInfo property) =>
        property.GetAccessors(nonPublic: true).Any(IsVisible) && property.Name != "EqualityContract";

    private static bool IsGenerated(MethodBase method) =>
        method.IsDefined(typeof(CompilerGeneratedAttribute)) || method.Name.Contains('<');

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : "protected ")
        + (method is { IsStatic: true, IsConstructor: false } ? "static " : "")
        + (method.DeclaringType!.IsInterface || method is not { IsVirtual: true, IsFinal: false } ? ""
            : method.IsAbstract ? "abstract "
            : ((MethodInfo)method).GetBaseDefinition() != method ? "override "
            : "virtual ");

    private static string Field(FieldInfo field)
    {
        string access = field.IsPublic ? "" : "protected ";
        if (field.IsLiteral)
        {
            string value = ApiNames.Literal(field.GetRawConstantValue(), field.FieldType);
            return $"{access}const {ApiNames.Of(field)} {field.Name} = {value}";
        }

        string modifiers = $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}";
        return $"{access}{modifiers}{ApiNames.Of(field)} {field.Name}";
    }

    private static string Property(PropertyInfo property)
    {
        MethodInfo[] accessors = [.. property.GetAccessors(nonPublic: true).Where(IsVisible)];
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        IEnumerable<string> verbs = accessors.Select(accessor =>
            (accessor.IsPublic ? "" : "protected ")
            + (accessor == property.GetMethod ? "get;" : IsInit(accessor) ? "init;" : "set;"));
        ParameterInfo[] indices = property.GetIndexParameters();
        string name = indices.Length == 0
            ? property.Name
            : $"this[{string.Join(", ", indices.Select(Parameter))}]";
        string reference = property.PropertyType.IsByRef
            ? RefKind(property.GetMethod!.ReturnParameter, "ref ")
            : "";
        string access = Access(accessors.FirstOrDefault(accessor => accessor.IsPublic) ?? accessors[0]);
        return $"{access}{required}{reference}{ApiNames.Of(property)} {name} {{ {string.Join(' ', verbs)} }}";
    }

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Method(MethodInfo method)
    {
        Type[] arguments = method.GetGenericArguments();
        string generic = ApiNames.Generic(arguments.Select(item => item.Name));
        string name = method.Name.StartsWith("op_", StringComparison.Ordinal)
            ? $"operator {method.Name[3..]}"
            : method.Name;
        string head = $"{Access(method)}{Result(method)} {name}{generic}";
        return $"{head}({Parameters(method)}){Constraints(arguments)}";
    }

    private static string Result(MethodInfo method) =>
        (method.ReturnType.IsByRef ? RefKind(method.ReturnParameter, "ref ") : "") + ApiNames.Of(
            method.ReturnParameter);

    private static string RefKind(ParameterInfo result, string kind) =>
        result.IsDefined(typeof(IsReadOnlyAttribute)) || result.GetRequiredCustomModifiers().Length > 0
            ? $"{kind}readonly "
            : kind;

    private static string Parameters(MethodBase method)
    {
        string extended = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return extended + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        string kind = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute))
                || parameter.IsDefined(typeof(ParamCollectionAttribute)) => "params ",
            _ => "",
        };
        string defaults = parameter.HasDefaultValue
            ? $" = {ApiNames.Literal(parameter.RawDefaultValue, parameter.ParameterType)}"
            : "";
        return $"{kind}{ApiNames.Of(parameter)} {parameter.Name}{defaults}";
    }
}
