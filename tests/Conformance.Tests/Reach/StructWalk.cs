using Mono.Cecil;
using Mono.Cecil.Cil;

namespace BoatTelemetry.Conformance.Tests.Reach;

/// <summary>
/// Finds structs of more than three fields as a local, a parameter by value or a result: nanoFramework allocates each
/// time the method runs (measured: about 120 bytes at four fields).
/// </summary>
public sealed class StructWalk(IEnumerable<ModuleDefinition> modules, IEnumerable<string> boundaries) : CallWalk(modules, boundaries)
{
    /// <summary>The most that costs nothing.</summary>
    public const int FieldsMax = 3;

    private readonly List<string> _found = [];

    /// <summary>A line for each such struct that can be reached from the entry points.</summary>
    public IReadOnlyList<string> From(IEnumerable<MethodDefinition> entries)
    {
        WalkFrom(entries);
        return _found;
    }

    /// <inheritdoc/>
    protected override void Visit(MethodDefinition method)
    {
        ArgumentNullException.ThrowIfNull(method);
        Check(method.ReturnType, method, "result");
        foreach (var parameter in method.Parameters)
            Check(parameter.ParameterType, method, "parameter " + parameter.Name);
        if (!method.HasBody)
            return;

        foreach (var local in method.Body.Variables)
            Check(local.VariableType, method, "local");
        foreach (var target in method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>())
            Follow(target);
    }

    private void Check(TypeReference type, MethodDefinition method, string what)
    {
        // By reference it is not copied; the reference's own type is no value type here.
        if (type is TypeSpecification || TypeOf(type) is not { IsValueType: true, IsEnum: false } definition)
            return;

        var fields = definition.Fields.Count(field => !field.IsStatic);
        if (fields > FieldsMax)
            _found.Add($"{method.FullName}: {what} of {type.FullName}, {fields} fields");
    }
}
