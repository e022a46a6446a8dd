using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Admission;

/// <summary>What another gateway of the cluster has stored, taken over into the window that is acknowledged from.</summary>
public sealed class UnitEntryLearnTests(ITestOutputHelper output)
{
    [Fact]
    public void Learn_OfAnyTwoWindows_KnowsWhatEitherKnew()
    {
        var random = Seed.New(output);
        for (var round = 0; round < 500; round++)
        {
            var first = (uint)random.Next(5_000);
            var own = Window(first, random);
            var other = Window(first + (uint)random.Next(100), random);
            var entry = new UnitEntry(AdmissionState.NeverSeen with { Durable = DurableWindowState.Of(own) });

            entry.Learn(DurableWindowState.Of(other));

            for (var counter = first; counter < other.Base + DurableWindow.AheadMax; counter++)
            {
                // Beyond what a window from the joint base can hold nothing is remembered, and sent again.
                var isHeld = counter - entry.Durable.Base <= DurableWindow.AheadMax;
                if (Knows(other, counter) && isHeld)
                    Assert.True(Knows(entry.Durable, counter), $"{counter} of the other's, base {other.Base}, now {entry.Durable.Base}");
                if (Knows(own, counter) && isHeld)
                    Assert.True(Knows(entry.Durable, counter), $"{counter} of its own, base {own.Base}, now {entry.Durable.Base}");
                if (!Knows(own, counter) && !Knows(other, counter))
                    Assert.False(Knows(entry.Durable, counter), $"{counter} is nobody's, base now {entry.Durable.Base}");
            }
        }
    }

    private static DurableWindow Window(uint firstUnsettled, Random random)
    {
        var window = new DurableWindow(firstUnsettled, 0, 0);
        for (var i = random.Next(60); i > 0; i--)
            window.Mark(firstUnsettled + (uint)random.Next(DurableWindow.AheadMax));
        return window;
    }

    private static bool Knows(DurableWindow window, uint counter)
    {
        var copy = new DurableWindow(window.Base, window.Near, window.Far);
        return copy.Mark(counter) == DurableMark.Known;
    }
}
