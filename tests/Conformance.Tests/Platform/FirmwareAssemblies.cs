using Mono.Cecil;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>The assemblies whose sources also run on the unit.</summary>
internal static class FirmwareAssemblies
{
    public static string[] Names { get; } = ["BoatTelemetry.Core", "BoatTelemetry.BoatUnit"];

    /// <summary>The facades of the platform.</summary>
    public static string[] Facades { get; } = ["BoatTelemetry.Facade", "BoatTelemetry.FacadeCryptography"];

    public static AssemblyDefinition Open(string name) =>
        AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, name + ".dll"));

    /// <summary>What was written, without what .NET's compiler adds to every assembly.</summary>
    public static IEnumerable<TypeDefinition> OwnTypes(AssemblyDefinition assembly) =>
        assembly.MainModule.Types.Where(type => type.Namespace.StartsWith("BoatTelemetry", StringComparison.Ordinal));
}
