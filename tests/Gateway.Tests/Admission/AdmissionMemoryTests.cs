using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Admission;

/// <summary>What a unit costs; 256 MB for 100,000 units are 2,684 bytes each.</summary>
public sealed class AdmissionMemoryTests(ITestOutputHelper output)
{
    private const int Units = 1_000;
    private const long AllowedBytes = 256L * 1024 * 1024 / 100_000;

    [Fact]
    public void Unit_KnownAndHeardNowAndThen_FitsAHundredThousandTimes()
    {
        var entries = new UnitEntry[Units];
        var units = new FleetUnit[Units];
        var key = TestBoat.KeyOf(17, 1);
        var bytes = Allocated.Least(_ =>
        {
            for (var i = 0; i < Units; i++)
            {
                units[i] = new FleetUnit(i, "polairud", "", new PlatformAesCcm(key));
                entries[i] = new UnitEntry(AdmissionState.NeverSeen);
                entries[i].KeysOf(units[i], out var _);
                Hear(entries[i], frames: 2, isDurable: false, concentrators: 3);
                Hear(entries[i], frames: 1, isDurable: true, concentrators: 3);
            }
        });

        output.WriteLine($"{bytes / Units} bytes a unit, of the {AllowedBytes} that may be");
        // The rest is for what the process has besides.
        Assert.InRange(bytes / Units, 1, AllowedBytes * 3 / 5);
    }

    [Fact]
    public void Unit_InABurstHeardByAll_StaysWithinItsLimits()
    {
        var bytes = Allocated.Least(_ =>
        {
            var entry = new UnitEntry(AdmissionState.NeverSeen);
            Hear(entry, frames: 10_000, isDurable: true, concentrators: 20);
            Hear(entry, frames: 10_000, isDurable: false, concentrators: 20);
        });

        output.WriteLine($"{bytes} bytes");
        Assert.InRange(bytes, 1, 12_000);
    }

    private static void Hear(UnitEntry entry, int frames, bool isDurable, int concentrators)
    {
        for (var i = 0; i < frames; i++)
        {
            var key = new FrameKey((ulong)i, isDurable ? 1UL : 0);
            entry.Recent.Add(key, isDurable, (uint)i, i, i, 0);
            for (var other = 1UL; other < (ulong)concentrators; other++)
                entry.Recent.Find(key, isDurable, i, other, out var _, out var _, out var _);
        }
    }
}
