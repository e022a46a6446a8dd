using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Host;

/// <summary>Opens live frames whose high counter bits nobody tells: tries all, up to a few reservations.</summary>
internal sealed class FrameOpener(byte[] key)
{
    private const uint CounterMax = 100_000;

    private readonly AesCcm _cipher = new(new SimulatedAes(key));
    private readonly FrameCodec _codec = new();

    public LivePosition Open(byte[] frame, out uint counter)
    {
        Assert.Equal(FrameRejection.None, _codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink));
        for (counter = (uint)_codec.Header.CounterLow; counter < CounterMax; counter += (uint)LiveCounter.Cycle)
        {
            if (_codec.Open(_cipher, OperatingArea.Indonesia, counter) != FrameRejection.None)
                continue;

            Assert.Equal(FrameRejection.None, _codec.ReadBody());
            return _codec.Position;
        }

        throw new InvalidOperationException("The frame opens with no counter.");
    }
}
