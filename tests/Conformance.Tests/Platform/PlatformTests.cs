using BoatTelemetry.Core.Frames;
using Mono.Cecil;
using Xunit;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>The firmware, as compiled, is what nanoFramework runs; and each rule fails on a deliberate violation.</summary>
public sealed class PlatformTests
{
    public static TheoryData<string> Firmware() => [.. FirmwareAssemblies.Names];

    [Theory]
    [MemberData(nameof(Firmware))]
    public void Firmware_AsCompiled_IsWhatThePlatformHas(string assembly)
    {
        using var compiled = FirmwareAssemblies.Open(assembly);

        var found = Walk().Violations(FirmwareAssemblies.OwnTypes(compiled));

        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    /// <summary>
    /// The platform's part that is kept in the repository is what the firmware uses and no more; a failure names the
    /// lines to add to it or to take out.
    /// </summary>
    [ListingFact]
    public void PlatformApi_InTheRepository_IsWhatTheFirmwareUses()
    {
        var used = new SortedSet<string>(StringComparer.Ordinal);
        var walk = new PlatformWalk(name => Use(used, "T " + name, PlatformApi.Whole.HasType(name)), name => Use(used, "M " + name, PlatformApi.Whole.HasMember(name)));
        foreach (var assembly in FirmwareAssemblies.Names)
        {
            using var compiled = FirmwareAssemblies.Open(assembly);
            walk.Violations(FirmwareAssemblies.OwnTypes(compiled));
        }

        var needed = PlatformApi.Whole.Lines.Where(line => used.Contains(KeyOf(line))).ToHashSet(StringComparer.Ordinal);
        if (Environment.GetEnvironmentVariable("BOAT_WRITE_PLATFORM_API") == "1")
            File.WriteAllLines(PlatformApi.UsedPath, needed.Order(StringComparer.Ordinal).Prepend(Heading));

        var missing = needed.Except(PlatformApi.Used.Lines).Select(line => "+" + line);
        var idle = PlatformApi.Used.Lines.Except(needed).Select(line => "-" + line);
        Assert.Empty(missing.Concat(idle));
    }

    [Theory]
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

        var found = Walk().Violations([holder.NestedTypes.Single(type => type.Name.Split('`')[0] == name)]);

        Assert.Contains(found, line => line.Contains(rule, StringComparison.Ordinal));
    }

    [Fact]
    public void Walk_WhatThePlatformHas_IsNotFound()
    {
        using var tests = AssemblyDefinition.ReadAssembly(typeof(NotForThePlatform).Assembly.Location);
        var holder = tests.MainModule.GetType(typeof(NotForThePlatform).FullName);

        Assert.Empty(Walk().Violations([holder.NestedTypes.Single(type => type.Name == nameof(NotForThePlatform.Clean))]));
    }

    private const string Heading = "# What the firmware uses of nanoFramework's public API; BOAT_WRITE_PLATFORM_API=1 with the whole listing at hand writes it anew";

    private static PlatformWalk Walk() => new(PlatformApi.Used.HasType, PlatformApi.Used.HasMember);

    private static bool Use(SortedSet<string> used, string key, bool exists)
    {
        if (exists)
            used.Add(key);
        return exists;
    }

    private static string KeyOf(string line)
    {
        if (line[0] == 'T')
            return line.Split(" : ")[0];

        var text = line[2..];
        return "M " + (text.StartsWith("static ", StringComparison.Ordinal) ? text[7..] : text).Split(" = ")[0];
    }
}
