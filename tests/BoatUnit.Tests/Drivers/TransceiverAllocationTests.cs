using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

/// <summary>The unit samples and sends on a heap of some 100 KB: neither sending nor waiting for the air allocates.</summary>
public sealed class TransceiverAllocationTests
{
    private const int InterruptPin = 26;

    [Theory]
    [InlineData(RadioKind.Sx1276)]
    [InlineData(RadioKind.Sx1262)]
    public void Transmit_AThousandFrames_AllocateNothing(RadioKind kind)
    {
        var bench = new RadioBench(kind);
        var board = BoardWires.Current;
        var line = GpioLine.Of(board, InterruptPin);
        board.Connect<ISpiChip>("SPI1/CS18", kind == RadioKind.Sx1276 ? new QuietSx1276() : new QuietSx1262());
        GpioLine.Of(board, 32).Drive(false);
        bench.Driver.Start();
        var settings = RadioBench.Settings();
        var frame = RadioBench.Frame(222);
        Assert.Equal(RadioResult.Done, bench.Driver.Configure(settings));
        SendOne(bench.Driver, settings, frame, line);

        var sent = 0;
        var allocated = Allocated.Least(_ =>
        {
            sent = 0;
            for (var i = 0; i < 1000; i++)
                sent += SendOne(bench.Driver, settings, frame, line);
        });

        Assert.Equal(1000, sent);
        Assert.Equal(0, allocated);
    }

    private static int SendOne(LoRaTransceiver driver, RadioSettings settings, byte[] frame, GpioLine line)
    {
        line.Drive(false);
        if (driver.Configure(settings) != RadioResult.Done || driver.StartTransmit(frame, 0, frame.Length) != RadioResult.Done)
            return 0;

        for (var poll = 0; poll < 30; poll++)
        {
            if (driver.Poll() != RadioEvent.None)
                return 0;
        }

        line.Drive(true);
        return driver.Poll() == RadioEvent.Transmitted ? 1 : 0;
    }

    // The registers and no more: the simulated chips allocate what they put on the air.
    private sealed class QuietSx1276 : ISpiChip
    {
        private readonly byte[] _registers = new byte[0x80];

        public void Transfer(ReadOnlySpan<byte> toChip, Span<byte> fromChip)
        {
            var address = toChip[0] & 0x7F;
            for (var i = 1; i < toChip.Length; i++)
            {
                if ((toChip[0] & 0x80) != 0)
                    _registers[address] = toChip[i];

                fromChip[i] = address switch
                {
                    0x42 => 0x12,
                    0x12 => 0x08,
                    0x3B => 0x1D & ~0x20,
                    _ => _registers[address],
                };
                address += address == 0 ? 0 : 1;
            }
        }
    }

    private sealed class QuietSx1262 : ISpiChip
    {
        private readonly byte[] _registers = new byte[0x1000];

        public QuietSx1262()
        {
            _registers[0x740] = 0x14;
            _registers[0x741] = 0x24;
        }

        public void Transfer(ReadOnlySpan<byte> toChip, Span<byte> fromChip)
        {
            fromChip.Fill(0x22);
            switch (toChip[0])
            {
                case 0x0D:
                    _registers[(toChip[1] << 8) | toChip[2]] = toChip[3];
                    break;
                case 0x1D:
                    fromChip[4] = _registers[(toChip[1] << 8) | toChip[2]];
                    break;
                case 0x11 or 0x12:
                    fromChip[^1] = 1;
                    break;
                case 0x17:
                    fromChip[2] = 0;
                    fromChip[3] = 0;
                    break;
                default:
                    break;
            }
        }
    }
}
