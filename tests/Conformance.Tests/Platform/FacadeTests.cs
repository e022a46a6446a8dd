using Mono.Cecil;
using Xunit;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>The facade cannot invent a member: all that it shows is in the listing of the real assemblies.</summary>
public sealed class FacadeTests
{
    public static TheoryData<string> Facades() => [.. FirmwareAssemblies.Facades];

    [ListingTheory]
    [MemberData(nameof(Facades))]
    public void Facade_WhatItShows_IsInTheListing(string assembly)
    {
        using var facade = FirmwareAssemblies.Open(assembly);

        var invented = Invented(facade.MainModule.Types.Where(IsOfThePlatform));

        Assert.True(invented.Count == 0, string.Join(Environment.NewLine, invented));
    }

    [ListingTheory]
    [InlineData(typeof(Inventions.Invented.SerialPort), "get_Temperature")]
    [InlineData(typeof(Inventions.Invented.Parity), "Mark")]
    [InlineData(typeof(Inventions.Invented.CipherMode), "= 7")]
    [InlineData(typeof(Inventions.Invented.Gearbox), "Gearbox")]
    public void Listing_ADeliberateInvention_IsFound(Type type, string what)
    {
        ArgumentNullException.ThrowIfNull(type);
        using var tests = AssemblyDefinition.ReadAssembly(type.Assembly.Location);
        var definition = tests.MainModule.GetTypes().Single(t => t.FullName == type.FullName!.Replace('+', '/'));

        // As if it stood in the namespace that it pretends to be of.
        var invented = Invented([definition], name => name.Replace("BoatTelemetry.Conformance.Tests.Platform.Inventions/Invented/", Inventions.PretendedNamespace(type.Name), StringComparison.Ordinal));

        Assert.Contains(invented, line => line.Contains(what, StringComparison.Ordinal));
    }

    private static bool IsOfThePlatform(TypeDefinition type) =>
        type.IsPublic && !type.Namespace.StartsWith("BoatTelemetry", StringComparison.Ordinal);

    private static List<string> Invented(IEnumerable<TypeDefinition> types, Func<string, string>? rename = null)
    {
        rename ??= name => name;
        var lines = types.SelectMany(WithNested).SelectMany(Lines).Select(rename);
        return [.. lines.Where(line => !IsListed(line))];
    }

    private static bool IsListed(string line) =>
        PlatformApi.Whole.Lines.Contains(line)
        || (line[0] == 'T' && PlatformApi.Whole.HasType(line[2..]));

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) =>
        type.NestedTypes.Where(nested => nested.IsNestedPublic || nested.IsNestedFamily).SelectMany(WithNested).Prepend(type);

    private static IEnumerable<string> Lines(TypeDefinition type)
    {
        yield return "T " + type.FullName;
        foreach (var method in type.Methods.Where(m => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly))
        {
            if (method.Name != ".cctor" && !IsOverrideOfObject(method))
                yield return (method.IsStatic ? "M static " : "M ") + method.FullName;
        }

        foreach (var field in type.Fields.Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly))
            yield return (field.IsStatic ? "F static " : "F ") + field.FullName + (field.HasConstant ? " = " + field.Constant : "");
    }

    // C# asks for these on .NET where an operator is defined; the platform inherits them from Object.
    private static bool IsOverrideOfObject(MethodDefinition method) =>
        method.IsVirtual && method.IsReuseSlot && method.Name is "Equals" or "GetHashCode" or "ToString" or "Finalize";
}

/// <summary>A theory that needs the whole listing of the platform's API beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ListingTheoryAttribute : TheoryAttribute
{
    public ListingTheoryAttribute()
    {
        if (!PlatformApi.WholeIsThere)
            Skip = $"needs the listing of the platform's API in {PlatformApi.WholeFolder}, which is absent";
    }
}
