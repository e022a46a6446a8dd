using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace BoatTelemetry.BoatUnit.Tests.Instructions;

/// <summary>
/// An assembly that counts the IL instructions which it executes: in front of each run of instructions that nothing enters or leaves
/// in the middle stands an addition of their number, and of those among them that allocate. An interpreter's time goes by them; .NET's
/// own says nothing of it.
/// </summary>
internal static class CountingAssembly
{
    /// <summary>The type that Core gets, with the counters of all assemblies.</summary>
    public const string CounterType = "BoatTelemetry.Core.ExecutedInstructions";

    /// <summary>Its field of instructions, a long.</summary>
    public const string InstructionsField = "Count";

    /// <summary>Its field of objects, arrays and boxes that were made, a long.</summary>
    public const string AllocationsField = "Allocations";

    /// <summary>Makes one of the assembly in a file, with Core's counters where it is not Core.</summary>
    public static MemoryStream Of(string path)
    {
        using var core = AssemblyDefinition.ReadAssembly(Path.Combine(Path.GetDirectoryName(path)!, "BoatTelemetry.Core.dll"));
        using var assembly = AssemblyDefinition.ReadAssembly(path);
        var isCore = assembly.Name.Name == core.Name.Name;
        var type = AddCounters(isCore ? assembly.MainModule : core.MainModule);
        var (instructions, allocations) = (
            assembly.MainModule.ImportReference(type.Fields.Single(field => field.Name == InstructionsField)),
            assembly.MainModule.ImportReference(type.Fields.Single(field => field.Name == AllocationsField)));
        foreach (var method in assembly.MainModule.GetTypes().Where(one => one != type).SelectMany(one => one.Methods).Where(method => method.HasBody))
            Count(method.Body, instructions, allocations);

        var into = new MemoryStream();
        assembly.Write(into);
        into.Position = 0;
        return into;
    }

    private static TypeDefinition AddCounters(ModuleDefinition core)
    {
        var type = new TypeDefinition(
            "BoatTelemetry.Core", "ExecutedInstructions", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed, core.TypeSystem.Object);
        foreach (var name in new[] { InstructionsField, AllocationsField })
            type.Fields.Add(new FieldDefinition(name, FieldAttributes.Public | FieldAttributes.Static, core.TypeSystem.Int64));
        core.Types.Add(type);
        return type;
    }

    private static void Count(MethodBody body, FieldReference counter, FieldReference allocations)
    {
        // Short branches would not reach over what is put in.
        body.SimplifyMacros();
        var entered = Entered(body);
        var instructions = body.Instructions.ToArray();
        var begins = new Dictionary<Instruction, Instruction>();
        for (var i = 0; i < instructions.Length;)
        {
            var end = i + 1;
            while (end < instructions.Length && !entered.Contains(instructions[end]))
                end++;

            // A nop is the debug build's; the platform's converter keeps it, a release has none.
            var count = instructions[i..end].Count(one => one.OpCode.Code != Code.Nop);
            begins[instructions[i]] = Add(body, instructions[i], count, counter);
            if (instructions[i..end].Count(IsAllocation) is > 0 and var made)
                Add(body, instructions[i], made, allocations);
            i = end;
        }

        Redirect(body, instructions, begins);
        body.OptimizeMacros();
    }

    private static bool IsAllocation(Instruction one) =>
        one.OpCode.Code is Code.Newarr or Code.Box
        || (one.OpCode.Code == Code.Newobj && !((MethodReference)one.Operand).DeclaringType.IsValueType);

    // Where a run begins: what is jumped to, what stands behind a jump, and the bounds of what handles exceptions.
    private static HashSet<Instruction> Entered(MethodBody body)
    {
        var entered = new HashSet<Instruction>();
        foreach (var one in body.Instructions)
        {
            if (one.Operand is Instruction target)
                entered.Add(target);
            if (one.Operand is Instruction[] targets)
                entered.UnionWith(targets);
            if (one.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return or FlowControl.Throw && one.Next is not null)
                entered.Add(one.Next);
        }

        foreach (var handler in body.ExceptionHandlers)
            entered.UnionWith(new[] { handler.TryStart, handler.TryEnd, handler.HandlerStart, handler.HandlerEnd, handler.FilterStart }.Where(one => one is not null));

        return entered;
    }

    private static Instruction Add(MethodBody body, Instruction before, int count, FieldReference counter)
    {
        var il = body.GetILProcessor();
        var first = il.Create(OpCodes.Ldsfld, counter);
        il.InsertBefore(before, first);
        il.InsertBefore(before, il.Create(OpCodes.Ldc_I8, (long)count));
        il.InsertBefore(before, il.Create(OpCodes.Add));
        il.InsertBefore(before, il.Create(OpCodes.Stsfld, counter));
        return first;
    }

    private static void Redirect(MethodBody body, Instruction[] instructions, Dictionary<Instruction, Instruction> begins)
    {
        foreach (var one in instructions)
        {
            if (one.Operand is Instruction target)
                one.Operand = begins[target];
            if (one.Operand is Instruction[] targets)
                one.Operand = targets.Select(each => begins[each]).ToArray();
        }

        foreach (var handler in body.ExceptionHandlers)
        {
            handler.TryStart = begins[handler.TryStart];
            handler.TryEnd = handler.TryEnd is null ? null : begins[handler.TryEnd];
            handler.HandlerStart = begins[handler.HandlerStart];
            handler.HandlerEnd = handler.HandlerEnd is null ? null : begins[handler.HandlerEnd];
            handler.FilterStart = handler.FilterStart is null ? null : begins[handler.FilterStart];
        }
    }
}
