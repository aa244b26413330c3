using System.Globalization;
using System.Reflection;

namespace Conet.Repository.Tests.Api;

/// <summary>Types as C# writes them, with nullability.</summary>
internal static class ApiNames
{
    private static readonly NullabilityInfoContext _nullability = new();

    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(char)] = "char",
        [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal",
        [typeof(string)] = "string", [typeof(object)] = "object", [typeof(void)] = "void",
    };

    public static string Of(ParameterInfo parameter) =>
        Of(parameter.ParameterType, _nullability.Create(parameter));

    public static string Of(FieldInfo field) => Of(field.FieldType, _nullability.Create(field));

    public static string Of(PropertyInfo property) =>
        Of(property.PropertyType, _nullability.Create(property));

    public static string Of(EventInfo @event) => Of(@event.EventHandlerType!, _nullability.Create(@event));

    public static string Of(Type type) => Of(type, null);

    /// <summary>With the namespace and, for nested types, what they are nested in.</summary>
    public static string FullName(Type type)
    {
        string outer = type.DeclaringType is { } declaring ? FullName(declaring) : type.Namespace ?? "";
        string arguments = Generic(
            type.GetGenericArguments().Skip(Inherited(type)).Select(item => item.Name));
        return $"{outer}.{Bare(type.Name)}{arguments}";
    }

    /// <summary>A constant, or the default of a parameter.</summary>
    public static string Literal(object? value, Type type) => value switch
    {
        null => type.IsValueType ? "default" : "null",
        string text => $"\"{text.ReplaceLineEndings("\\n")}\"",
        bool flag => flag ? "true" : "false",
        Enum member => $"{member.GetType().Name}.{member}",
        _ when type.IsEnum => $"{type.Name}.{Enum.ToObject(type, value)}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    public static string Generic(IEnumerable<string> names)
    {
        string joined = string.Join(", ", names);
        return joined.Length == 0 ? "" : $"<{joined}>";
    }

    private static string Of(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
            return Of(type.GetElementType()!, nullability);
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return $"{Of(underlying, nullability?.GenericTypeArguments.FirstOrDefault())}?";
        bool isMaybeNull = nullability
            is { ReadState: NullabilityState.Nullable } or { WriteState: NullabilityState.Nullable };
        string mark = isMaybeNull && !type.IsValueType ? "?" : "";
        if (type.IsArray)
        {
            string commas = new(',', type.GetArrayRank() - 1);
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[{commas}]{mark}";
        }

        if (type.IsPointer)
            return $"{Of(type.GetElementType()!, null)}*";
        return _keywords.GetValueOrDefault(type, Named(type, nullability)) + mark;
    }

    private static string Named(Type type, NullabilityInfo? nullability)
    {
        if (type.IsGenericParameter)
            return type.Name;
        NullabilityInfo?[] known = nullability?.GenericTypeArguments ?? [];
        string[] arguments = [.. type.GetGenericArguments()
            .Select((item, index) => Of(item, index < known.Length ? known[index] : null))];
        if (type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true)
            return $"({string.Join(", ", arguments)})";
        string outer = type.DeclaringType is { } declaring ? $"{Bare(declaring.Name)}." : "";
        return $"{outer}{Bare(type.Name)}{Generic(arguments.Skip(Inherited(type)))}";
    }

    private static int Inherited(Type type) => type.DeclaringType?.GetGenericArguments().Length ?? 0;

    private static string Bare(string name) => name.Split('`')[0];
}
