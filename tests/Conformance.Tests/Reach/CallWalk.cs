using Mono.Cecil;
using Mono.Cecil.Cil;

namespace BoatTelemetry.Conformance.Tests.Reach;

/// <summary>
/// Walks the compiled IL from entry points through all calls. A call of an interface's or a virtual member goes on in
/// every implementation that the assemblies under test have, save at the boundaries, where somebody else answers.
/// </summary>
public abstract class CallWalk
{
    private readonly TypeDefinition[] _types;
    private readonly Dictionary<string, TypeDefinition> _byName;
    private readonly HashSet<string> _boundaries;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<MethodDefinition> _pending = new();

    /// <param name="modules">The assemblies under test.</param>
    /// <param name="boundaries">Full names of types, or of members as Type::Member, that are not entered.</param>
    protected CallWalk(IEnumerable<ModuleDefinition> modules, IEnumerable<string> boundaries)
    {
        ArgumentNullException.ThrowIfNull(modules);
        _types = [.. modules.SelectMany(module => module.GetTypes()).Where(type => type.Name != "<Module>")];
        _byName = _types.GroupBy(type => type.FullName, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);
        _boundaries = new HashSet<string>(boundaries, StringComparer.Ordinal);
    }

    /// <summary>Full names of the methods that were walked.</summary>
    public IReadOnlyCollection<string> Walked => _seen;

    /// <summary>Walks everything that can be reached from the entry points.</summary>
    protected void WalkFrom(IEnumerable<MethodDefinition> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries)
            Enter(entry);

        while (_pending.TryDequeue(out var method))
            Visit(method);
    }

    /// <summary>Looks at one method that is reached; goes on by <see cref="Follow"/>.</summary>
    protected abstract void Visit(MethodDefinition method);

    /// <summary>Whether the members of this type are somebody else's.</summary>
    protected bool IsBoundary(TypeReference type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return _boundaries.Contains(type.FullName);
    }

    /// <summary>
    /// Enters what a reference may call. False if that lies outside the assemblies under test. Static initialisers are
    /// not entered: they run once, when the program starts.
    /// </summary>
    protected bool Follow(MethodReference target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (IsBoundary(target.DeclaringType) || _boundaries.Contains($"{target.DeclaringType.FullName}::{target.Name}"))
            return true;

        var declaring = TypeOf(target.DeclaringType);
        if (declaring is null)
            return false;

        // Delegates and arrays have members without a body of their own.
        var definition = declaring.Methods.SingleOrDefault(m => m.Name == target.Name && SameSignature(m, target));
        if (definition is null)
            return false;

        Enter(definition);
        if (definition.IsVirtual)
        {
            foreach (var type in _types.Where(type => type != declaring && !IsBoundary(type) && Derives(type, declaring)))
            {
                foreach (var implementation in type.Methods.Where(m => Implements(m, definition)))
                    Enter(implementation);
            }
        }

        return true;
    }

    /// <summary>The definition in the assemblies under test, or null.</summary>
    protected TypeDefinition? TypeOf(TypeReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return _byName.GetValueOrDefault(reference.GetElementType().FullName);
    }

    private void Enter(MethodDefinition method)
    {
        if (_seen.Add(method.FullName))
            _pending.Enqueue(method);
    }

    private bool Derives(TypeDefinition type, TypeDefinition ancestor)
    {
        for (var at = type; at is not null; at = at.BaseType is null ? null : TypeOf(at.BaseType))
        {
            if (at == ancestor || at.Interfaces.Any(i => TypeOf(i.InterfaceType) is { } def && (def == ancestor || Derives(def, ancestor))))
                return true;
        }

        return false;
    }

    private static bool Implements(MethodDefinition method, MethodDefinition member) =>
        method.Overrides.Any(o => o.Name == member.Name && o.DeclaringType.FullName == member.DeclaringType.FullName)
        || (method.IsVirtual && method.Name == member.Name && SameSignature(method, member));

    private static bool SameSignature(MethodReference a, MethodReference b) =>
        a.Parameters.Count == b.Parameters.Count
        && a.Parameters.Zip(b.Parameters).All(pair => pair.First.ParameterType.FullName == pair.Second.ParameterType.FullName);
}
