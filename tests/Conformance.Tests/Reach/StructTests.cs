using BoatTelemetry.Core.Frames;
using Mono.Cecil;
using Xunit;

namespace BoatTelemetry.Conformance.Tests.Reach;

/// <summary>No struct of more than three fields is copied in Core, nor where the unit's main loop reaches.</summary>
public sealed class StructTests
{
    [Fact]
    public void Core_EveryMethod_CopiesNoWideStruct()
    {
        using var core = AssemblyDefinition.ReadAssembly(typeof(FrameCodec).Assembly.Location);

        var found = new StructWalk([core.MainModule], []).From(core.MainModule.GetTypes().SelectMany(type => type.Methods));

        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [Theory]
    [InlineData(nameof(StructViolations.Local), "local")]
    [InlineData(nameof(StructViolations.ByValue), "parameter")]
    [InlineData(nameof(StructViolations.Result), "result")]
    [InlineData(nameof(StructViolations.TwoCallsAway), "local")]
    public void Walk_ADeliberateViolation_IsFound(string method, string what) =>
        Assert.Contains(Walk(method), line => line.Contains(what, StringComparison.Ordinal));

    [Fact]
    public void Walk_WhatIsAllowed_IsNotFound() => Assert.Empty(Walk(nameof(StructViolations.Clean)));

    private static IReadOnlyList<string> Walk(string method)
    {
        using var tests = AssemblyDefinition.ReadAssembly(typeof(StructViolations).Assembly.Location);
        var type = tests.MainModule.GetType(typeof(StructViolations).FullName);
        return new StructWalk([tests.MainModule], []).From([type.Methods.Single(m => m.Name == method)]);
    }
}
