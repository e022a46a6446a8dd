using Mono.Cecil;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>
/// The firmware's nanoFramework assemblies fit what one may hold, and are cut so that they compile: seen from the .NET
/// build, for which Core is one assembly and so is the unit. A debug build's figures are the larger ones.
/// </summary>
public sealed class ByteCodeSizeTests(ITestOutputHelper output)
{
    /// <summary>Another compiler version, and what a unit's own build adds, may not be what breaks it.</summary>
    private const int MarginBytes = 4096;

    private const string CoreNano = "firmware/Core/Core.nfproj";
    private const string CoreUnitNano = "firmware/Core/CoreUnit.nfproj";
    private const string UnitPartsNano = "firmware/BoatUnit/UnitParts.nfproj";
    private const string BoatUnitNano = "firmware/BoatUnit/BoatUnit.nfproj";

    [Theory]
    [InlineData(CoreNano, "BoatTelemetry.Core")]
    [InlineData(CoreUnitNano, "BoatTelemetry.Core")]
    [InlineData(UnitPartsNano, "BoatTelemetry.BoatUnit")]
    [InlineData(BoatUnitNano, "BoatTelemetry.BoatUnit")]
    public void ByteCode_OfEachAssembly_FitsWithAMargin(string project, string assembly)
    {
        var bytes = Bytes(assembly, new NanoProject(project));

        output.WriteLine($"{project}: {bytes} of {ByteCodeSize.AssemblyMaxBytes} bytes");
        // Fewer would mean that the sources were not found in the assembly.
        Assert.InRange(bytes, 10_000, ByteCodeSize.AssemblyMaxBytes - MarginBytes);
    }

    [Fact]
    public void ByteCode_OfAllInOneAssembly_IsFoundToOverflow()
    {
        var bytes = Bytes("BoatTelemetry.Core", new NanoProject(CoreNano), new NanoProject(CoreUnitNano));

        output.WriteLine($"Core as one: {bytes} bytes");
        Assert.True(bytes > ByteCodeSize.AssemblyMaxBytes, $"{bytes} bytes: Core could be one assembly.");
    }

    [Fact]
    public void ByteCode_OfKnownMethods_IsWhatTheProcessorWrites()
    {
        using var tests = Open(typeof(ByteCodeSamples).Assembly.GetName().Name!);
        var sizes = tests.MainModule.GetType(typeof(ByteCodeSamples).FullName).Methods.Where(method => !method.IsConstructor)
            .ToDictionary(method => method.Name, method => method.Body.CodeSize - ByteCodeSize.Of(method), StringComparer.Ordinal);

        // What each is shorter than .NET's: a call or field or string by 2; a switch of four by 3 + 2 * 4; a finally longer by 12 + 1.
        Assert.Equal(2, sizes[nameof(ByteCodeSamples.OneString)]);
        Assert.Equal(2, sizes[nameof(ByteCodeSamples.OneField)]);
        Assert.Equal(0, sizes[nameof(ByteCodeSamples.OneConstant)]);
        Assert.Equal(3 + (2 * 4), sizes[nameof(ByteCodeSamples.OneSwitch)]);
        Assert.Equal(2 + 2 - 13, sizes[nameof(ByteCodeSamples.OneFinally)]);
    }

    [Theory]
    [InlineData("firmware/Core/Core.projitems", "BoatTelemetry.Core", CoreNano, CoreUnitNano)]
    [InlineData("firmware/BoatUnit/BoatUnit.projitems", "BoatTelemetry.BoatUnit", UnitPartsNano, BoatUnitNano)]
    public void Sources_OfTheTwoProjects_AreThoseOfTheOneAssembly(string list, string assembly, string first, string second)
    {
        var parts = new NanoProject(first).Files.Concat(new NanoProject(second).Files).Where(IsListed).Order(StringComparer.Ordinal).ToList();
        using var one = Open(assembly);

        Assert.Equal(new NanoProject(list).Files.Order(StringComparer.Ordinal), parts);
        Assert.Equal(parts.Distinct(StringComparer.Ordinal), parts);
        Assert.Empty(ByteCodeSize.ByFile(one).Keys.Except(parts));
    }

    [Theory]
    [InlineData(CoreNano, CoreUnitNano)]
    [InlineData(UnitPartsNano, BoatUnitNano)]
    public void FirstAssembly_ByItsSources_NamesNothingOfTheSecond(string first, string second)
    {
        Assert.Empty(Names(new NanoProject(first), new NanoProject(second)));
    }

    [Theory]
    [InlineData(CoreNano, CoreUnitNano, "firmware/Core/Journal/JournalReader.cs: IFlash")]
    [InlineData(UnitPartsNano, BoatUnitNano, "firmware/BoatUnit/Config/UnitConfig.cs: ReceiverPort")]
    public void Names_InTheOtherDirection_AreFound(string first, string second, string use)
    {
        Assert.Contains(use, Names(new NanoProject(second), new NanoProject(first)));
    }

    private static IEnumerable<string> Names(NanoProject from, NanoProject to) => from.UsesOf(to.DeclaredTypes());

    // What an assembly says of itself is its project's own and in no list.
    private static bool IsListed(string file) => !file.Contains("/Properties/", StringComparison.Ordinal);

    private static int Bytes(string assembly, params NanoProject[] projects)
    {
        using var compiled = Open(assembly);
        var bytes = ByteCodeSize.ByFile(compiled);
        var files = projects.SelectMany(project => project.Files).ToHashSet(StringComparer.Ordinal);
        return bytes.Where(file => files.Contains(file.Key)).Sum(file => file.Value) + ByteCodeSize.OfCompiler(compiled);
    }

    private static AssemblyDefinition Open(string name) =>
        AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, name + ".dll"), new ReaderParameters { ReadSymbols = true });
}
