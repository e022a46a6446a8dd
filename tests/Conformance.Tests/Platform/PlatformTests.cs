using BoatTelemetry.Core.Frames;
using Mono.Cecil;
using Xunit;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>Core, as compiled, is what nanoFramework runs; and each rule fails on a deliberate violation.</summary>
public sealed class PlatformTests
{
    [PlatformFact]
    public void Core_AsCompiled_IsWhatThePlatformHas()
    {
        using var core = AssemblyDefinition.ReadAssembly(typeof(FrameCodec).Assembly.Location);
        var types = core.MainModule.Types.Where(type => type.Namespace.StartsWith("BoatTelemetry", StringComparison.Ordinal));

        var found = PlatformWalk.Violations(types);

        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [PlatformTheory]
    [InlineData("Generic", "generic")]
    [InlineData(nameof(NotForThePlatform.GenericMethod), "generic method")]
    [InlineData(nameof(NotForThePlatform.Checked), "checked arithmetic")]
    [InlineData(nameof(NotForThePlatform.Stack), "stackalloc")]
    [InlineData(nameof(NotForThePlatform.Volatile), "volatile")]
    [InlineData(nameof(NotForThePlatform.Grid), "array of several dimensions")]
    [InlineData(nameof(NotForThePlatform.Absent), "is not on the platform")]
    [InlineData(nameof(NotForThePlatform.NullableValue), "generic")]
    [InlineData(nameof(NotForThePlatform.IDefaulted), "default interface method")]
    public void Walk_ADeliberateViolation_IsFound(string name, string rule)
    {
        using var tests = AssemblyDefinition.ReadAssembly(typeof(NotForThePlatform).Assembly.Location);
        var holder = tests.MainModule.GetType(typeof(NotForThePlatform).FullName);

        var found = PlatformWalk.Violations([holder.NestedTypes.Single(type => type.Name.Split('`')[0] == name)]);

        Assert.Contains(found, line => line.Contains(rule, StringComparison.Ordinal));
    }

    [PlatformFact]
    public void Walk_WhatThePlatformHas_IsNotFound()
    {
        using var tests = AssemblyDefinition.ReadAssembly(typeof(NotForThePlatform).Assembly.Location);
        var holder = tests.MainModule.GetType(typeof(NotForThePlatform).FullName);

        Assert.Empty(PlatformWalk.Violations([holder.NestedTypes.Single(type => type.Name == nameof(NotForThePlatform.Clean))]));
    }
}

/// <summary>A fact that needs the listing of the platform's API beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PlatformFactAttribute : FactAttribute
{
    public PlatformFactAttribute()
    {
        if (!PlatformApi.IsThere)
            Skip = $"needs the listing of the platform's API in {PlatformApi.Folder}, which is absent";
    }
}

/// <summary>A theory that needs the listing of the platform's API beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PlatformTheoryAttribute : TheoryAttribute
{
    public PlatformTheoryAttribute()
    {
        if (!PlatformApi.IsThere)
            Skip = $"needs the listing of the platform's API in {PlatformApi.Folder}, which is absent";
    }
}
