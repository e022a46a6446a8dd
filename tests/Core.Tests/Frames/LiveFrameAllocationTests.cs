using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Core.Tests.Frames;

public sealed class LiveFrameAllocationTests
{
    [Fact]
    public void Report_HundredThousandFixes_AllocatesNothing()
    {
        using var aes = new SimulatedAes(new byte[16]);
        var link = new CountingLink();
        var reporter = new LiveReporter(
            7, OperatingArea.Indonesia, new AesCcm(aes), new CounterAllocator(new MemoryCounterStore(), 1000), link, new UnitCondition());
        var fix = new Fix { LatitudeE7 = 10_000_000, LongitudeE7 = 1_040_000_000, TimeOfDayMs = 1000 };
        reporter.Report(fix);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100_000; i++)
        {
            fix.LatitudeE7 += 100;
            reporter.Report(fix);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(100_001, link.Frames);
    }

    private sealed class CountingLink : ILink
    {
        public int Frames { get; private set; }

        public int FrameBytesMax => 255;

        public LinkResult Send(byte[] frame, int offset, int length)
        {
            Frames++;
            return LinkResult.Sent;
        }
    }

    private sealed class MemoryCounterStore : ICounterStore
    {
        private uint _firstUnreserved;

        public bool TryLoad(out uint firstUnreserved)
        {
            firstUnreserved = _firstUnreserved;
            return true;
        }

        public bool TrySave(uint firstUnreserved)
        {
            _firstUnreserved = firstUnreserved;
            return true;
        }
    }
}
