using Mono.Cecil;
using Mono.Cecil.Cil;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>
/// Finds in a compiled assembly what nanoFramework 1.17 does not have, or compiles and then fails at when it loads or runs
/// it (measured on the real nanoCLR, July 2026).
/// </summary>
internal sealed class PlatformWalk
{
    private static readonly HashSet<Code> _checked =
    [
        Code.Add_Ovf, Code.Add_Ovf_Un, Code.Sub_Ovf, Code.Sub_Ovf_Un, Code.Mul_Ovf, Code.Mul_Ovf_Un,
        Code.Conv_Ovf_I, Code.Conv_Ovf_I1, Code.Conv_Ovf_I2, Code.Conv_Ovf_I4, Code.Conv_Ovf_I8,
        Code.Conv_Ovf_U, Code.Conv_Ovf_U1, Code.Conv_Ovf_U2, Code.Conv_Ovf_U4, Code.Conv_Ovf_U8,
        Code.Conv_Ovf_I_Un, Code.Conv_Ovf_I1_Un, Code.Conv_Ovf_I2_Un, Code.Conv_Ovf_I4_Un, Code.Conv_Ovf_I8_Un,
        Code.Conv_Ovf_U_Un, Code.Conv_Ovf_U1_Un, Code.Conv_Ovf_U2_Un, Code.Conv_Ovf_U4_Un, Code.Conv_Ovf_U8_Un,
    ];

    // Core's types are the unit's own, too, in an assembly of their own only here.
    private const string OwnNamespace = "BoatTelemetry.";

    // The same source, compiled against the platform, names another member: it has no Enter that tells whether it took the
    // lock, so the compiler emits the older pattern; and it declares these where .NET inherits or hides them.
    private static readonly Dictionary<string, string> _asCompiledThere = new(StringComparer.Ordinal)
    {
        ["System.Void System.Threading.Monitor::Enter(System.Object,System.Boolean&)"] = "System.Void System.Threading.Monitor::Enter(System.Object)",
        ["System.Type System.Exception::GetType()"] = "System.Type System.Object::GetType()",
        ["System.Boolean System.Threading.EventWaitHandle::Set()"] = "System.Boolean System.Threading.AutoResetEvent::Set()",
    };

    private readonly Func<string, bool> _hasType;
    private readonly Func<string, bool> _hasMember;
    private readonly List<string> _found = [];

    /// <param name="hasType">Whether the platform has a type of this full name.</param>
    /// <param name="hasMember">Whether it has a method or field of this full name.</param>
    public PlatformWalk(Func<string, bool> hasType, Func<string, bool> hasMember)
    {
        _hasType = hasType;
        _hasMember = hasMember;
    }

    /// <summary>Everything of the types that is not for this platform, a line each.</summary>
    public IReadOnlyList<string> Violations(IEnumerable<TypeDefinition> types)
    {
        foreach (var type in types.SelectMany(Nested))
        {
            if (type.HasGenericParameters)
                _found.Add($"{type.FullName}: generic type");
            CheckType(type.BaseType, type.FullName);
            foreach (var implemented in type.Interfaces)
                CheckType(implemented.InterfaceType, type.FullName);
            foreach (var field in type.Fields)
                CheckType(field.FieldType, field.FullName);
            foreach (var method in type.Methods)
                CheckMethod(method);
        }

        return _found;
    }

    private static IEnumerable<TypeDefinition> Nested(TypeDefinition type) => type.NestedTypes.SelectMany(Nested).Prepend(type);

    private void CheckMethod(MethodDefinition method)
    {
        if (method.HasGenericParameters)
            _found.Add($"{method.FullName}: generic method");
        if (method.DeclaringType.IsInterface && method.HasBody)
            _found.Add($"{method.FullName}: default interface method");
        foreach (var parameter in method.Parameters)
            CheckType(parameter.ParameterType, method.FullName);
        CheckType(method.ReturnType, method.FullName);
        if (!method.HasBody)
            return;
        foreach (var local in method.Body.Variables)
        {
            if (local.VariableType.IsPointer)
                _found.Add($"{method.FullName}: pointer local");
            CheckType(local.VariableType, method.FullName);
        }

        foreach (var instruction in method.Body.Instructions)
            CheckInstruction(method, instruction);
    }

    private void CheckInstruction(MethodDefinition method, Instruction instruction)
    {
        if (_checked.Contains(instruction.OpCode.Code))
            _found.Add($"{method.FullName}: checked arithmetic ({instruction.OpCode.Name})");
        if (instruction.OpCode.Code == Code.Localloc)
            _found.Add($"{method.FullName}: stackalloc");
        if (instruction.OpCode.Code == Code.Volatile)
            _found.Add($"{method.FullName}: volatile");
        switch (instruction.Operand)
        {
            case TypeReference type:
                CheckType(type, method.FullName);
                break;
            case MemberReference member when !IsOwn(member.DeclaringType, method.Module):
                if (!_hasMember(_asCompiledThere.GetValueOrDefault(member.FullName, member.FullName)))
                    _found.Add($"{method.FullName}: {member.FullName} is not on the platform");
                break;
            default:
                break;
        }
    }

    private void CheckType(TypeReference? type, string where)
    {
        switch (type)
        {
            case null:
                return;
            case GenericInstanceType or GenericParameter:
                _found.Add($"{where}: generic {type.FullName}");
                return;
            case ArrayType { Rank: > 1 }:
                _found.Add($"{where}: array of several dimensions {type.FullName}");
                return;
            case RequiredModifierType:
                _found.Add($"{where}: modified type {type.FullName}");
                return;
            case TypeSpecification specification:
                CheckType(specification.ElementType, where);
                return;
            default:
                if (type is not TypeDefinition && !IsOwnName(type) && !_hasType(type.FullName))
                    _found.Add($"{where}: {type.FullName} is not on the platform");
                return;
        }
    }

    private static bool IsOwn(TypeReference? type, ModuleDefinition module) =>
        type?.GetElementType() is { } own && ((own is TypeDefinition definition && definition.Module == module) || IsOwnName(own));

    // A nested type's namespace stands with the outermost one.
    private static bool IsOwnName(TypeReference type) =>
        type.DeclaringType is { } outer ? IsOwnName(outer) : type.Namespace.StartsWith(OwnNamespace, StringComparison.Ordinal);
}
