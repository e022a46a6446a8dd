using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Publish;

public sealed class PresentFramesTests
{
    [Fact]
    public async Task Take_WhatIsOlderThanWasPublished_IsHistory()
    {
        await using var stages = new Stages();
        var present = new PresentFrames(Activity(stages));

        Assert.True(present.Take(Live(5), isGap: false));
        Assert.False(present.Take(Live(4), isGap: false));
        Assert.True(present.Take(Live(5), isGap: false));
        Assert.True(present.Take(Live(6), isGap: true));
        Assert.False(present.Take(Live(5), isGap: true));
    }

    [Fact]
    public async Task Take_PositionsAndStatuses_AreToldApartAndTheRecordIsNoPresent()
    {
        await using var stages = new Stages();
        var present = new PresentFrames(Activity(stages));

        Assert.True(present.Take(Live(5), isGap: false));
        Assert.True(present.Take(Live(2, FrameKind.Status), isGap: false));
        Assert.False(present.Take(Live(1, FrameKind.Status), isGap: false));
        Assert.False(present.Take(Live(3, FrameKind.Event), isGap: false));
        Assert.False(present.Take(Live(3, FrameKind.Track), isGap: false));
    }

    [Fact]
    public async Task Take_AfterFramesThatAnotherAdmissionCommitted_OnlyTheNewestOfTheGapIsThePresent()
    {
        await using var stages = new Stages();
        var journal = await stages.StartJournalAsync();
        for (uint counter = 1; counter <= 600; counter++)
        {
            var datagram = stages.Datagram([1]);
            datagram.SetAdmitted(Live(counter), []);
            journal.Append(datagram, AdmissionState.NeverSeen);
        }

        await journal.FlushAsync(CancellationToken.None);
        var present = new PresentFrames(Activity(stages));
        present.Learn(journal, liveAfter: 590);

        Assert.False(present.Take(Live(589), isGap: true));
        Assert.True(present.Take(Live(590), isGap: true));
        Assert.True(present.Take(Live(591), isGap: false));
        Assert.False(present.Take(Live(590), isGap: true));
    }

    private static AdmittedFrame Live(uint counter, FrameKind kind = FrameKind.LiveArea) => new()
    {
        Unit = 17,
        Class = kind == FrameKind.LiveArea ? FrameClass.Live : FrameClass.Durable,
        Kind = kind,
        Counter = counter,
    };

    // Never told of anything, as of units that other gateways hear.
    private static UnitActivity Activity(Stages stages) => new(
        UnitActivity.FileOf(stages.JournalFile),
        () => throw new NotSupportedException(),
        new FleetSource(new FleetRegistry(OperatingArea.Indonesia, [])),
        UnitSchedules.Default,
        stages.Guard,
        stages.Time,
        NullLogger<UnitActivity>.Instance);
}
