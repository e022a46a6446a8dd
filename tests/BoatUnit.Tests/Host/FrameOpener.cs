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
    private readonly FrameSeal _seal = new();
    private readonly LiveFrame _layout = new(OperatingArea.Indonesia);
    private readonly FrameHeader _header = new();
    private readonly byte[] _body = new byte[LiveFrame.WorldBodyBytes];

    public LivePosition Open(byte[] frame, out uint counter)
    {
        Assert.Equal(FrameRejection.None, _header.Read(frame, 0, frame.Length));
        for (counter = (uint)_header.CounterLow; counter < CounterMax; counter += (uint)LiveCounter.Cycle)
        {
            if (!_seal.OpenLive(_cipher, frame, 0, _header, counter, OperatingArea.Indonesia, _body))
                continue;

            var position = new LivePosition();
            Assert.Equal(FrameRejection.None, _layout.ReadBody(_header.Kind, _body, 0, LiveFrame.BodyBytes(_header.Kind), position));
            return position;
        }

        throw new InvalidOperationException("The frame opens with no counter.");
    }
}
