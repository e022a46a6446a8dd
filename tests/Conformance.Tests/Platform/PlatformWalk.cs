using Mono.Cecil;
using Mono.Cecil.Cil;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>
/// Finds in a compiled assembly what nanoFramework 1.17 does not have, or compiles and then fails at when it loads or runs
/// it (measured on the real nanoCLR, July 2026).
/// </summary>
internal static class PlatformWalk
{
    private static readonly HashSet<Code> _checked =
    [
        Code.Add_Ovf, Code.Add_Ovf_Un, Code.Sub_Ovf, Code.Sub_Ovf_Un, Code.Mul_Ovf, Code.Mul_Ovf_Un,
        Code.Conv_Ovf_I, Code.Conv_Ovf_I1, Code.Conv_Ovf_I2, Code.Conv_Ovf_I4, Code.Conv_Ovf_I8,
        Code.Conv_Ovf_U, Code.Conv_Ovf_U1, Code.Conv_Ovf_U2, Code.Conv_Ovf_U4, Code.Conv_Ovf_U8,
        Code.Conv_Ovf_I_Un, Code.Conv_Ovf_I1_Un, Code.Conv_Ovf_I2_Un, Code.Conv_Ovf_I4_Un, Code.Conv_Ovf_I8_Un,
        Code.Conv_Ovf_U_Un, Code.Conv_Ovf_U1_Un, Code.Conv_Ovf_U2_Un, Code.Conv_Ovf_U4_Un, Code.Conv_Ovf_U8_Un,
    ];

    /// <summary>Everything of the types that is not for this platform, a line each.</summary>
    public static IReadOnlyList<string> Violations(IEnumerable<TypeDefinition> types)
    {
        var found = new List<string>();
        foreach (var type in types.SelectMany(Nested))
        {
            if (type.HasGenericParameters)
                found.Add($"{type.FullName}: generic type");
            CheckType(type.BaseType, type.FullName, found);
            foreach (var field in type.Fields)
                CheckType(field.FieldType, field.FullName, found);
            foreach (var method in type.Methods)
                CheckMethod(method, found);
        }

        return found;
    }

    private static IEnumerable<TypeDefinition> Nested(TypeDefinition type) => type.NestedTypes.SelectMany(Nested).Prepend(type);

    private static void CheckMethod(MethodDefinition method, List<string> found)
    {
        if (method.HasGenericParameters)
            found.Add($"{method.FullName}: generic method");
        if (method.DeclaringType.IsInterface && method.HasBody)
            found.Add($"{method.FullName}: default interface method");
        foreach (var parameter in method.Parameters)
            CheckType(parameter.ParameterType, method.FullName, found);
        CheckType(method.ReturnType, method.FullName, found);
        if (!method.HasBody)
            return;
        foreach (var local in method.Body.Variables)
        {
            if (local.VariableType.IsPointer)
                found.Add($"{method.FullName}: pointer local");
            CheckType(local.VariableType, method.FullName, found);
        }

        foreach (var instruction in method.Body.Instructions)
            CheckInstruction(method, instruction, found);
    }

    private static void CheckInstruction(MethodDefinition method, Instruction instruction, List<string> found)
    {
        if (_checked.Contains(instruction.OpCode.Code))
            found.Add($"{method.FullName}: checked arithmetic ({instruction.OpCode.Name})");
        if (instruction.OpCode.Code == Code.Localloc)
            found.Add($"{method.FullName}: stackalloc");
        if (instruction.OpCode.Code == Code.Volatile)
            found.Add($"{method.FullName}: volatile");
        switch (instruction.Operand)
        {
            case TypeReference type:
                CheckType(type, method.FullName, found);
                break;
            case MemberReference member when !IsOwn(member.DeclaringType, method.Module):
                if (!PlatformApi.HasMember(member.FullName))
                    found.Add($"{method.FullName}: {member.FullName} is not on the platform");
                break;
            default:
                break;
        }
    }

    private static void CheckType(TypeReference? type, string where, List<string> found)
    {
        switch (type)
        {
            case null:
                return;
            case GenericInstanceType or GenericParameter:
                found.Add($"{where}: generic {type.FullName}");
                return;
            case ArrayType { Rank: > 1 }:
                found.Add($"{where}: array of several dimensions {type.FullName}");
                return;
            case RequiredModifierType:
                found.Add($"{where}: modified type {type.FullName}");
                return;
            case TypeSpecification specification:
                CheckType(specification.ElementType, where, found);
                return;
            default:
                if (type is not TypeDefinition && !PlatformApi.HasType(type.FullName))
                    found.Add($"{where}: {type.FullName} is not on the platform");
                return;
        }
    }

    private static bool IsOwn(TypeReference? type, ModuleDefinition module) => type?.GetElementType() is TypeDefinition own && own.Module == module;
}
