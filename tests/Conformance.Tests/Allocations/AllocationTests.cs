using BoatTelemetry.Core.Frames;
using Mono.Cecil;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Conformance.Tests.Allocations;

/// <summary>
/// Nothing that can be reached from the ways into encoder and decoder allocates: read from the compiled IL, so that it
/// holds for every path and not only for those that a test happened to take.
/// </summary>
public sealed class AllocationTests(ITestOutputHelper output)
{
    /// <summary>
    /// Where Core ends. What stands behind these allocates what its native calls return, or nothing, and answers for
    /// itself: the AES of the chip, the radio's or modem's driver, the flash.
    /// </summary>
    private static readonly string[] Boundaries =
    [
        "BoatTelemetry.Core.Security.IAesBlocks", "BoatTelemetry.Core.Links.ILink", "BoatTelemetry.Core.Security.ICounterStore",
        "BoatTelemetry.Core.Journal.IFlash", "BoatTelemetry.Core.Journal.IFrameJournal", "BoatTelemetry.Core.Time.IClock",
        "BoatTelemetry.Core.Reports.ISosIndicator", "BoatTelemetry.Core.Reports.IKeyUser", "BoatTelemetry.Core.Links.IRadio",
    ];

    /// <summary>Entry points that must exist.</summary>
    private static readonly (string Type, string[] Methods)[] Required =
    [
        ("Reports.LiveReporter", ["Report", "ReportIfDue"]),
        (
            "Links.LinkDispatcher",
            [
                "Poll", "Send", "OfferUrgent", "OfferUnstored", "Stored", "TryRequest", "Ask", "SosSeen", "Heard", "Take",
            ]),
        ("Links.DownlinkReceiver", ["Poll", "Take"]),
        ("Links.LoRaLink", ["Poll", "Send", "Receive", "Answered", "Unanswered"]),
        ("Links.AirtimeBudget", ["Poll", "Check", "TryCharge", "TakeBack", "RoomFromMs", "UsedUs", "UsedPermille", "PowerMaxDbm"]),
        (
            "Journal.FlashJournal",
            ["Append", "Acknowledge", "MoveToOldest", "MoveToNewest", "MoveToNewer", "MoveToOlder", "MoveTo", "Read", "Tend"]),
        ("Reports.FixReports", ["OnFix", "OnRefused"]),
        ("Reports.TrackRecorder", ["Record", "Poll", "Flush"]),
        ("Reports.EventRecorder", ["Raise", "Poll", "CopyUnstoredSos"]),
        ("Reports.StatusRecorder", ["Request", "Poll"]),
        ("Reports.CommandExecutor", ["Execute", "NotUnderstood"]),
        ("Frames.LiveFrame", ["WriteBody", "ReadBody", "KindFor"]),
        ("Frames.EventFrame", ["WriteBody", "ReadBody", "FlagsFor"]),
        ("Frames.StatusFrame", ["WriteBody", "ReadBody", "FlagsFor"]),
        ("Frames.AcknowledgementFrame", ["WriteBody", "ReadBody"]),
        ("Frames.CommandFrame", ["WriteBody", "ReadBody"]),
        ("Frames.FrameHeader", ["WriteLive", "WriteDurable", "Read"]),
        ("Security.FrameSeal", ["Seal", "Open"]),
        (
            "Frames.FrameCodec",
            [
                "ReadHeader", "Open", "ReadBody", "SealLive", "SealEvent", "SealStatus", "SealTrack", "SealAcknowledgement",
                "SealCommand",
            ]),
        ("Reports.Acknowledgement", ["Covers"]),
        ("Gnss.NmeaParser", ["Feed", "Idle", "Flush"]),
        ("Tracks.TrackEncoder", ["Add", "Finish"]),
        ("Tracks.SketchEncoder", ["Add", "Finish"]),
        ("Security.LiveWindow", ["Judge", "Announce"]),
        ("Security.DurableWindow", ["Mark", "HoldsNothingOlder"]),
        ("Security.DownlinkWindow", ["Judge", "JudgeWhole"]),
    ];

    public static TheoryData<string> RequiredTypes() => [.. Required.Select(entry => entry.Type)];

    [Theory]
    [MemberData(nameof(RequiredTypes))]
    public void Core_FromAnEntryPoint_NothingAllocates(string type)
    {
        var (_, methods) = Required.Single(entry => entry.Type == type);
        using var core = OpenCore();
        AssertNothingAllocates(core, Entries(core, type, methods));
    }

    [Fact]
    public void Walk_FromTheCodec_ReachesTheCipher()
    {
        // A walk that stops early would be silent, too.
        using var core = OpenCore();
        var walk = new AllocationWalk([core.MainModule], Boundaries);
        walk.From(Entries(core, "Frames.FrameCodec", ["SealStatus"]));
        Assert.Contains(walk.Walked, name => name.Contains("AesCcm::Seal(", StringComparison.Ordinal));
        Assert.Contains(walk.Walked, name => name.Contains("BitWriter::Put(", StringComparison.Ordinal));
        Assert.DoesNotContain(walk.Walked, name => name.Contains("IAesBlocks", StringComparison.Ordinal));
    }

    [Fact]
    public void Walk_FromTheReceiver_ReachesTheExecutorAndFromTheOutboxTheDispatcher()
    {
        using var core = OpenCore();
        var walk = new AllocationWalk([core.MainModule], Boundaries);
        walk.From(Entries(core, "Links.DownlinkReceiver", ["Poll"]));
        Assert.Contains(walk.Walked, name => name.Contains("CommandExecutor::ChangeKey(", StringComparison.Ordinal));
        Assert.Contains(walk.Walked, name => name.Contains("StatusRecorder::Request(", StringComparison.Ordinal));
        Assert.Contains(walk.Walked, name => name.Contains("LinkDispatcher::Ask(", StringComparison.Ordinal));
        walk = new AllocationWalk([core.MainModule], Boundaries);
        walk.From(Entries(core, "Reports.EventRecorder", ["Raise"]));
        Assert.Contains(walk.Walked, name => name.Contains("UrgentFrames::TryAdd(", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(Violations.NewClass), AllocationKind.Class)]
    [InlineData(nameof(Violations.NewArray), AllocationKind.Array)]
    [InlineData(nameof(Violations.Boxed), AllocationKind.Box)]
    [InlineData(nameof(Violations.Concatenated), AllocationKind.Text)]
    [InlineData(nameof(Violations.Interpolated), AllocationKind.Text)]
    [InlineData(nameof(Violations.Closure), AllocationKind.Delegate)]
    [InlineData(nameof(Violations.Closure), AllocationKind.Class)]
    [InlineData(nameof(Violations.MethodGroup), AllocationKind.Delegate)]
    [InlineData(nameof(Violations.CallOut), AllocationKind.UnknownCall)]
    [InlineData(nameof(Violations.ThroughCalls), AllocationKind.Array)]
    [InlineData(nameof(Violations.ThroughInterface), AllocationKind.Array)]
    [InlineData(nameof(Violations.ThroughOverride), AllocationKind.Box)]
    [InlineData(nameof(Violations.OnTheWayToAThrow), AllocationKind.Text)]
    [InlineData(nameof(Violations.KeptException), AllocationKind.Class)]
    public void Walk_ADeliberateViolation_IsFound(string method, AllocationKind kind)
    {
        var found = WalkViolations(method);
        Assert.Contains(found, allocation => allocation.Kind == kind);
    }

    [Theory]
    [InlineData(nameof(Violations.Clean))]
    [InlineData(nameof(Violations.BehindABoundary))]
    public void Walk_WhatIsAllowed_IsNotReported(string method)
    {
        Assert.Empty(WalkViolations(method));
    }

    private static IReadOnlyList<Allocation> WalkViolations(string method)
    {
        using var tests = AssemblyDefinition.ReadAssembly(typeof(Violations).Assembly.Location);
        var type = tests.MainModule.GetType(typeof(Violations).FullName);
        var walk = new AllocationWalk([tests.MainModule], ["BoatTelemetry.Conformance.Tests.Allocations.Violations/IBoundary"]);
        return walk.From([type.Methods.Single(m => m.Name == method)]);
    }

    private static AssemblyDefinition OpenCore() => AssemblyDefinition.ReadAssembly(typeof(FrameCodec).Assembly.Location);

    private static List<MethodDefinition> Entries(AssemblyDefinition core, string type, string[] methods)
    {
        var definition = core.MainModule.GetType($"BoatTelemetry.Core.{type}");
        Assert.NotNull(definition);
        Assert.All(methods, method => Assert.Contains(definition.Methods, m => m.Name == method));
        return [.. definition.Methods.Where(m => methods.Contains(m.Name, StringComparer.Ordinal))];
    }

    private void AssertNothingAllocates(AssemblyDefinition core, List<MethodDefinition> entries)
    {
        var walk = new AllocationWalk([core.MainModule], Boundaries);
        var found = walk.From(entries);
        output.WriteLine($"{walk.Walked.Count} methods walked");
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }
}
