using BoatTelemetry.Conformance.Tests.Reach;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace BoatTelemetry.Conformance.Tests.Allocations;

/// <summary>What allocates, told apart so that each can be proven to be found.</summary>
public enum AllocationKind
{
    /// <summary>newobj of a class that is not thrown right away.</summary>
    Class,

    /// <summary>newarr.</summary>
    Array,

    /// <summary>box.</summary>
    Box,

    /// <summary>String concatenation, formatting or interpolation.</summary>
    Text,

    /// <summary>A delegate, with or without a closure.</summary>
    Delegate,

    /// <summary>A call out of the assemblies under test to a member that nobody has vouched for.</summary>
    UnknownCall,
}

/// <summary>An allocation, and where it was found.</summary>
public sealed record Allocation(AllocationKind Kind, string Method, string What)
{
    public override string ToString() => $"{Kind} in {Method}: {What}";
}

/// <summary>
/// Walks the compiled IL from entry points through all calls and lists every instruction that allocates. A call of an
/// interface's or a virtual member goes on in every implementation that the assemblies under test have, save at the
/// boundaries, where the unit's drivers or the platform answer for what they allocate.
/// </summary>
public sealed class AllocationWalk : CallWalk
{
    // Members outside the assemblies under test that are known to allocate nothing.
    private static readonly HashSet<string> Vouched = new(StringComparer.Ordinal)
    {
        "System.Array::Clear", "System.Array::Copy", "System.Object::.ctor", "System.Threading.Monitor::Enter",
        "System.Threading.Monitor::Exit", "System.Math::Abs", "System.Math::Min", "System.Math::Max", "System.Array::get_Length",
    };

    private readonly List<Allocation> _found = [];
    private readonly HashSet<string> _platform;

    /// <param name="modules">The assemblies under test.</param>
    /// <param name="boundaries">Full names of types whose implementations are not entered.</param>
    /// <param name="platform">Members of the platform, as Type::Member, that allocate nothing by their own sources.</param>
    public AllocationWalk(IEnumerable<ModuleDefinition> modules, IEnumerable<string> boundaries, params string[] platform)
        : base(modules, boundaries)
    {
        _platform = new HashSet<string>(platform, StringComparer.Ordinal);
    }

    /// <summary>Everything that allocates and can be reached from the entry points.</summary>
    public IReadOnlyList<Allocation> From(IEnumerable<MethodDefinition> entries)
    {
        WalkFrom(entries);
        return _found;
    }

    /// <inheritdoc/>
    protected override void Visit(MethodDefinition method)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (!method.HasBody)
        {
            return;
        }

        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.OpCode.Code)
            {
                case Code.Newarr:
                    Report(AllocationKind.Array, method, instruction);
                    break;
                case Code.Box:
                    Report(AllocationKind.Box, method, instruction);
                    break;
                case Code.Newobj:
                    NewObject(method, instruction, (MethodReference)instruction.Operand);
                    break;
                case Code.Call:
                case Code.Callvirt:
                    Call(method, instruction, (MethodReference)instruction.Operand);
                    break;
                case Code.Ldftn:
                case Code.Ldvirtftn:
                    // What a delegate calls is reached as well; the delegate itself is reported at its newobj.
                    Follow((MethodReference)instruction.Operand);
                    break;
            }
        }
    }

    private void NewObject(MethodDefinition method, Instruction instruction, MethodReference constructor)
    {
        var type = constructor.DeclaringType;
        if (IsDelegate(constructor))
        {
            Report(AllocationKind.Delegate, method, instruction);
            return;
        }

        // An exception on its way: misuse, after which nobody counts bytes. The message that some constructors are given
        // is a constant or a name; whatever else is computed for it is found by its own instruction.
        if (instruction.Next?.OpCode.Code == Code.Throw)
        {
            return;
        }

        if (!IsValueType(type))
        {
            Report(AllocationKind.Class, method, instruction);
        }

        Follow(constructor);
    }

    private void Call(MethodDefinition method, Instruction instruction, MethodReference target)
    {
        var name = $"{target.DeclaringType.FullName}::{target.Name}";
        if (IsText(target))
        {
            Report(AllocationKind.Text, method, instruction);
            return;
        }

        if (!Follow(target) && !Vouched.Contains(name) && !_platform.Contains(name) && !IsBoundary(target.DeclaringType))
        {
            Report(AllocationKind.UnknownCall, method, instruction);
        }
    }

    private bool IsValueType(TypeReference type) => TypeOf(type)?.IsValueType ?? type.IsValueType;

    // Every delegate's constructor takes (object, native int), and nothing else does.
    private static bool IsDelegate(MethodReference constructor) =>
        constructor.Parameters.Count == 2
        && constructor.Parameters[0].ParameterType.FullName == "System.Object"
        && constructor.Parameters[1].ParameterType.FullName == "System.IntPtr";

    private static bool IsText(MethodReference target) =>
        target.DeclaringType.FullName is "System.String" or "System.Text.StringBuilder"
            or "System.Runtime.CompilerServices.DefaultInterpolatedStringHandler"
        && target.Name is not ("get_Length" or "get_Chars" or "op_Equality" or "op_Inequality" or "Equals");

    private void Report(AllocationKind kind, MethodDefinition method, Instruction instruction) =>
        _found.Add(new Allocation(kind, $"{method.DeclaringType.FullName}.{method.Name}", $"{instruction.OpCode} {instruction.Operand}"));
}
