using BoatTelemetry.Core.Reports;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Instructions;

/// <summary>
/// What the unit costs an interpreter, in IL instructions: exact, the same on every machine, and more in a debug build than in the
/// release that is flashed. docs/boat-unit.md has the release's figures.
/// </summary>
public sealed class InstructionTests(ITestOutputHelper output) : IDisposable
{
    // At 1.5 to 5 us an instruction 40,000 are 0.06 to 0.2 s of each second.
    private const int SecondMax = 40_000;

    private readonly CountingContext _counting = new();

    [Fact]
    public void Counter_OfAMethodWithoutAJump_IsItsInstructions()
    {
        using var core = AssemblyDefinition.ReadAssembly(typeof(SpeedUnits).Assembly.Location);
        var method = core.MainModule.GetType(typeof(SpeedUnits).FullName).Methods.Single(one => one.Name == nameof(SpeedUnits.CmpsOf));

        var counted = _counting.Call<long>(typeof(CountedWork), nameof(CountedWork.Straight));

        Assert.Equal(10 * method.Body.Instructions.Count(one => one.OpCode.Code != Code.Nop), counted);
    }

    [Fact]
    public void Second_ParsedAndMadeAFrame_IsWithinItsInstructions()
    {
        var counted = _counting.Call<long[]>(typeof(CountedWork), nameof(CountedWork.ParseAndSeal));

        output.WriteLine($"RMC and GGA of a second {counted[0]} instructions, the sealed live frame of its fix {counted[1]}, {counted[2]} frames");
        Assert.InRange(counted[2], 58, 61);
        Assert.InRange(counted[0] + counted[1], 5_000, SecondMax);
    }

    [Fact]
    public void Loop_OfAWholeUnitUnderWay_IsCounted()
    {
        var counted = _counting.Call<long[]>(typeof(CountedWork), nameof(CountedWork.Loop));

        output.WriteLine($"{counted[0] / 600} instructions a second, the longest turn {counted[1]}, {counted[2]} fixes");
        Assert.InRange(counted[2], 700, 730);
    }

    [Fact]
    public void Hour_OfAWholeUnitUnderWay_MakesFewObjects()
    {
        var counted = _counting.Call<long[]>(typeof(CountedWork), nameof(CountedWork.Hour));

        output.WriteLine($"{counted[0]} objects made by the unit's own code in an hour, with {counted[1]} fixes, {counted[2]} frames sent, {counted[3]} track blocks");
        Assert.InRange(counted[1], 3_500, 3_600);

        // One a fix would be 3,600.
        Assert.InRange(counted[0], 0, 3_000);
    }

    public void Dispose() => _counting.Unload();
}
