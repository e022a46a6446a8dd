using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>
/// What compiled IL becomes on nanoFramework: its metadata processor (3.0) writes the same instructions with shorter
/// operands.
/// </summary>
internal static class ByteCodeSize
{
    /// <summary>A method's offset in its assembly's byte code is 16 bits wide; the processor refuses more.</summary>
    public const int AssemblyMaxBytes = 65_535;

    /// <summary>Bytes of one entry in a method's table of exception handlers, which ends with a byte of their count.</summary>
    private const int HandlerBytes = 12;

    /// <summary>Bytes of byte code by the source file that holds it, as the debugger's information tells.</summary>
    public static Dictionary<string, int> ByFile(AssemblyDefinition assembly)
    {
        var bytes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var type in FirmwareAssemblies.OwnTypes(assembly))
        {
            var methods = WithNested(type).SelectMany(nested => nested.Methods).Where(method => method.HasBody).ToList();
            // A constructor that nobody wrote has no line of its own: it lies where the rest of its type does.
            var fallback = methods.Select(FileOf).FirstOrDefault(file => file is not null);
            foreach (var method in methods)
            {
                var file = FileOf(method) ?? fallback ?? ByName(type);
                bytes[file] = bytes.GetValueOrDefault(file) + Of(method);
            }
        }

        return bytes;
    }

    /// <summary>
    /// Bytes of what the compiler adds for itself (the hash of a switch on strings); each assembly that needs it has it.
    /// </summary>
    public static int OfCompiler(AssemblyDefinition assembly) =>
        assembly.MainModule.Types.Except(FirmwareAssemblies.OwnTypes(assembly)).SelectMany(WithNested).SelectMany(type => type.Methods).Where(method => method.HasBody).Sum(Of);

    /// <summary>Bytes of one method.</summary>
    public static int Of(MethodDefinition method)
    {
        var handlers = method.Body.ExceptionHandlers.Count;
        return method.Body.Instructions.Sum(Of) + (handlers == 0 ? 0 : (handlers * HandlerBytes) + 1);
    }

    private static int Of(Instruction instruction) => instruction.OpCode.Size + instruction.OpCode.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineVar or OperandType.ShortInlineArg or OperandType.ShortInlineI => 1,
        OperandType.InlineString or OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType => 2,
        OperandType.InlineBrTarget or OperandType.InlineVar or OperandType.InlineArg => 2,
        OperandType.InlineI or OperandType.ShortInlineR or OperandType.InlineTok or OperandType.InlineSig => 4,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 1 + (2 * ((Instruction[])instruction.Operand).Length),
        var other => throw new NotSupportedException($"{other} at {instruction}"),
    };

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    // A build on another machine has another root, or a mapped one, before this folder's name.
    private static string? FileOf(MethodDefinition method)
    {
        var path = method.DebugInformation.SequencePoints.FirstOrDefault()?.Document.Url.Replace('\\', '/');
        var at = path?.LastIndexOf("/firmware/", StringComparison.Ordinal) ?? -1;
        return at < 0 ? null : path![(at + 1)..];
    }

    // A folder has the name of its namespace, and one of its files declares the type.
    private static string ByName(TypeDefinition type)
    {
        var folder = type.Namespace.Replace("BoatTelemetry.", "firmware/", StringComparison.Ordinal).Replace('.', '/');
        var declaration = new Regex($@"\b(class|struct)\s+{Regex.Escape(type.Name)}\b", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        var file = Directory.GetFiles(RepositoryPaths.InRepository(folder.Split('/')), "*.cs").First(path => declaration.IsMatch(File.ReadAllText(path)));
        return $"{folder}/{Path.GetFileName(file)}";
    }
}
