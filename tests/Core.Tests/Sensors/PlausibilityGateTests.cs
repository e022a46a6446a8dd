using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Sensors;
using Xunit;

namespace BoatTelemetry.Core.Tests.Sensors;

/// <summary>A reading passes or is unknown; it is never wrong.</summary>
public sealed class PlausibilityGateTests
{
    private static PlausibilityGate NewGate() => new(new GateOptions
    {
        Lowest = -40, Highest = 86, RateMaxPerS = 1, StepFloor = 2, StuckAfterMs = 5_000, StaleAfterMs = 10_000,
    });

    [Fact]
    public void Value_NothingOffered_IsUnknownAndNoFault()
    {
        var gate = NewGate();

        Assert.Equal(Fix.Unknown, gate.Value(0));
        Assert.False(gate.IsFaulty(0));
        Assert.Equal(GateVerdict.None, gate.Verdict(0));
    }

    [Theory]
    [InlineData(-40, GateVerdict.Good)]
    [InlineData(86, GateVerdict.Good)]
    [InlineData(-41, GateVerdict.OutOfRange)]
    [InlineData(87, GateVerdict.OutOfRange)]
    [InlineData(Fix.Unknown, GateVerdict.OutOfRange)]
    public void Offer_AtTheEdges_IsJudged(int value, GateVerdict verdict)
    {
        var gate = NewGate();

        gate.Offer(value, 0);

        Assert.Equal(verdict, gate.Verdict(0));
        Assert.Equal(verdict == GateVerdict.Good ? value : Fix.Unknown, gate.Value(0));
        Assert.Equal(verdict == GateVerdict.Good ? 0 : 1, gate.OutOfRangeCount);
    }

    [Fact]
    public void Offer_ASpike_IsUnknownAndTheNextGoodReadingIsTaken()
    {
        var gate = NewGate();
        gate.Offer(20, 0);

        gate.Offer(60, 1_000);
        var spike = gate.Value(1_000);
        gate.Offer(21, 2_000);

        Assert.Equal(Fix.Unknown, spike);
        Assert.Equal(21, gate.Value(2_000));
        Assert.Equal(1, gate.TooFastCount);
    }

    [Fact]
    public void Offer_AJumpThatStays_IsTakenAtTheThirdReading()
    {
        var gate = NewGate();
        gate.Offer(20, 0);

        gate.Offer(60, 1_000);
        gate.Offer(61, 2_000);
        var second = gate.Value(2_000);
        gate.Offer(60, 3_000);

        Assert.Equal(Fix.Unknown, second);
        Assert.Equal(60, gate.Value(3_000));
    }

    [Fact]
    public void Offer_TheSameForTooLong_IsStuckUntilItMoves()
    {
        var gate = NewGate();
        for (var atMs = 0; atMs < 5_000; atMs += 1_000)
            gate.Offer(20, atMs);
        Assert.Equal(20, gate.Value(4_000));

        gate.Offer(20, 5_000);
        var stuck = gate.Verdict(5_000);
        gate.Offer(21, 6_000);

        Assert.Equal(GateVerdict.Stuck, stuck);
        Assert.Equal(21, gate.Value(6_000));
    }

    [Fact]
    public void Value_GrownOld_IsMissing()
    {
        var gate = NewGate();
        gate.Offer(20, 0);

        Assert.Equal(20, gate.Value(10_000));
        Assert.Equal(Fix.Unknown, gate.Value(10_001));
        Assert.Equal(GateVerdict.Missing, gate.Verdict(10_001));
    }

    [Fact]
    public void Miss_ThenAFarValue_IsTakenAtOnce()
    {
        var gate = NewGate();
        gate.Offer(20, 0);

        gate.Miss();
        var gone = gate.Value(100);
        gate.Offer(70, 200);

        Assert.Equal(Fix.Unknown, gone);
        Assert.Equal(70, gate.Value(200));
        Assert.Equal(1, gate.MissingCount);
    }
}
