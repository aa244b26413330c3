using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Conet.Repository.Tests.Assemblies;

/// <summary>
/// What metadata and IL name: types and members, with generic arguments and signatures unfolded.
/// </summary>
internal static class Uses
{
    /// <summary>
    /// Every type inside a type reference: elements, generic arguments, the definition itself.
    /// </summary>
    public static IEnumerable<TypeReference> Parts(TypeReference? type)
    {
        if (type is null or GenericParameter)
            yield break;
        if (type is GenericInstanceType instance)
        {
            foreach (TypeReference part in instance.GenericArguments.SelectMany(Parts))
                yield return part;
        }

        if (type is FunctionPointerType pointer)
        {
            foreach (TypeReference part in Signature(pointer))
                yield return part;
        }
        else if (type is TypeSpecification specification)
        {
            foreach (TypeReference part in Parts(specification.ElementType))
                yield return part;
        }
        else
        {
            yield return type;
        }
    }

    /// <summary>Types of a member reference: who declares it and what its signature holds.</summary>
    public static IEnumerable<TypeReference> Of(MemberReference member) => member switch
    {
        TypeReference type => Parts(type),
        FieldReference field => [.. Parts(field.DeclaringType), .. Parts(field.FieldType)],
        MethodReference method =>
            [.. Parts(method.DeclaringType), .. Signature(method), .. Arguments(method)],
        _ => [],
    };

    /// <summary>Types that a type's own declaration needs: base, interfaces, fields, constraints.</summary>
    public static IEnumerable<TypeReference> OfDeclaration(TypeDefinition type) =>
    [
        .. Parts(type.BaseType),
        .. type.Interfaces.SelectMany(item => Parts(item.InterfaceType)),
        .. type.Fields.SelectMany(field => Parts(field.FieldType)),
        .. Constraints(type),
    ];

    /// <summary>Types in a method's signature, locals, handlers and constraints.</summary>
    public static IEnumerable<TypeReference> OfFrame(MethodDefinition method)
    {
        IEnumerable<TypeReference> types = [.. Signature(method), .. Constraints(method)];
        return method.HasBody
            ? [
                .. types,
                .. method.Body.Variables.SelectMany(variable => Parts(variable.VariableType)),
                .. method.Body.ExceptionHandlers.SelectMany(handler => Parts(handler.CatchType)),
            ]
            : types;
    }

    /// <summary>Members that a method's instructions name.</summary>
    public static IEnumerable<MemberReference> OfBody(MethodDefinition method) =>
        method.HasBody ? method.Body.Instructions.Select(Operand).OfType<MemberReference>() : [];

    private static MemberReference? Operand(Instruction instruction) =>
        instruction.Operand as MemberReference;

    private static IEnumerable<TypeReference> Signature(IMethodSignature method) =>
        [.. Parts(method.ReturnType), .. method.Parameters.SelectMany(item => Parts(item.ParameterType))];

    private static IEnumerable<TypeReference> Arguments(MethodReference method) =>
        method is GenericInstanceMethod generic ? generic.GenericArguments.SelectMany(Parts) : [];

    private static IEnumerable<TypeReference> Constraints(IGenericParameterProvider owner) =>
        owner.GenericParameters.SelectMany(item => item.Constraints)
            .SelectMany(constraint => Parts(constraint.ConstraintType));
}
