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
public sealed class AllocationWalk
{
    // Members outside the assemblies under test that are known to allocate nothing.
    private static readonly HashSet<string> Vouched = new(StringComparer.Ordinal)
    {
        "System.Array::Clear", "System.Array::Copy", "System.Object::.ctor", "System.Threading.Monitor::Enter",
        "System.Threading.Monitor::Exit", "System.Math::Abs", "System.Math::Min", "System.Math::Max", "System.Array::get_Length",
    };

    private readonly ModuleDefinition[] _modules;
    private readonly HashSet<string> _boundaries;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<MethodDefinition> _pending = new();
    private readonly List<Allocation> _found = [];

    /// <param name="modules">The assemblies under test.</param>
    /// <param name="boundaries">Full names of interfaces whose implementations are not entered.</param>
    public AllocationWalk(IEnumerable<ModuleDefinition> modules, IEnumerable<string> boundaries)
    {
        _modules = [.. modules];
        _boundaries = new HashSet<string>(boundaries, StringComparer.Ordinal);
    }

    /// <summary>Full names of the methods that were walked.</summary>
    public IReadOnlyCollection<string> Walked => _seen;

    /// <summary>Everything that allocates and can be reached from the entry points.</summary>
    public IReadOnlyList<Allocation> From(IEnumerable<MethodDefinition> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries)
        {
            Enter(entry);
        }

        while (_pending.TryDequeue(out var method))
        {
            Walk(method);
        }

        return _found;
    }

    private void Enter(MethodDefinition method)
    {
        if (_seen.Add(method.FullName))
        {
            _pending.Enqueue(method);
        }
    }

    private void Walk(MethodDefinition method)
    {
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

        if (!Follow(target) && !Vouched.Contains(name) && !_boundaries.Contains(target.DeclaringType.FullName))
        {
            Report(AllocationKind.UnknownCall, method, instruction);
        }
    }

    /// <summary>
    /// Enters what a reference may call. False if that lies outside the assemblies under test. Static initialisers are
    /// not entered: they run once, when the program starts.
    /// </summary>
    private bool Follow(MethodReference target)
    {
        if (_boundaries.Contains(target.DeclaringType.FullName))
        {
            return true;
        }

        var declaring = TypeOf(target.DeclaringType);
        if (declaring is null)
        {
            return false;
        }

        var definition = declaring.Methods.Single(m => m.Name == target.Name && SameSignature(m, target));
        Enter(definition);
        if (definition.IsVirtual)
        {
            foreach (var type in _modules.SelectMany(module => module.GetTypes()).Where(type => type != declaring && Derives(type, declaring)))
            {
                foreach (var implementation in type.Methods.Where(m => Implements(m, definition)))
                {
                    Enter(implementation);
                }
            }
        }

        return true;
    }

    private TypeDefinition? TypeOf(TypeReference reference)
    {
        var name = reference.GetElementType().FullName;
        return _modules.SelectMany(module => module.GetTypes()).FirstOrDefault(type => type.FullName == name);
    }

    private bool Derives(TypeDefinition type, TypeDefinition ancestor)
    {
        for (var at = type; at is not null; at = at.BaseType is null ? null : TypeOf(at.BaseType))
        {
            if (at == ancestor || at.Interfaces.Any(i => TypeOf(i.InterfaceType) is { } def && (def == ancestor || Derives(def, ancestor))))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Implements(MethodDefinition method, MethodDefinition member) =>
        method.Overrides.Any(o => o.Name == member.Name && o.DeclaringType.FullName == member.DeclaringType.FullName)
        || (method.IsVirtual && method.Name == member.Name && SameSignature(method, member));

    private static bool SameSignature(MethodReference a, MethodReference b) =>
        a.Parameters.Count == b.Parameters.Count
        && a.Parameters.Zip(b.Parameters).All(pair => pair.First.ParameterType.FullName == pair.Second.ParameterType.FullName);

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
