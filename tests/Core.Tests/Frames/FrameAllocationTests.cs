using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.Frames;

/// <summary>A unit has some 100 KB of heap and no time for its collector: frames cost none of it, either way.</summary>
public sealed class FrameAllocationTests
{
    private const int Frames = 100_000;

    public static TheoryData<string> Names() =>
    [
        "live area: Batam, under way, alarm", "live world: mid-Atlantic, unknowns", "track: shortest payload, opaque here",
        "sketch: 66 bytes on air, opaque here", "event area: SOS, three persons", "event world, long: last codes",
        "status: an ordinary one", "status, long: an ordinary one", "acknowledgement: some above the base",
        "acknowledgement, long: last codes",
        "command: report interval", "command: status request, long", "command: backlog range",
        "command: SOS acknowledged, code 9", "command: key change",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void SealAndDecode_HundredThousandFrames_AllocateNothing(string name)
    {
        var vector = FrameVectors.GoodOne(name);
        using var aes = new SimulatedAes(Convert.FromHexString(vector.Key));
        var ends = new Ends(vector, new AesCcm(aes));
        ends.Once(0);
        var good = 0;
        Assert.Equal(0, Allocated.Least(_ =>
        {
            good = 0;
            for (uint i = 1; i <= Frames; i++)
            {
                good += ends.Once(i) ? 1 : 0;
            }
        }));
        Assert.Equal(Frames, good);
    }

    /// <summary>A sender and a receiver of one kind, made once.</summary>
    private sealed class Ends
    {
        private readonly FrameKind _kind;
        private readonly int _flags;
        private readonly OperatingArea _area;
        private readonly FrameDirection _direction;
        private readonly AesCcm _cipher;
        private readonly FrameCodec _sender = new();
        private readonly FrameCodec _receiver = new();
        private readonly byte[] _frame = new byte[FrameLimits.FrameBytesMax];
        private readonly int _payloadBytes;

        public Ends(FrameVector vector, AesCcm cipher)
        {
            _kind = (FrameKind)vector.Kind;
            _flags = vector.Flags;
            _area = VectorFrames.Area(vector);
            _direction = FrameLimits.DirectionOf(_kind);
            _cipher = cipher;
            _payloadBytes = vector.Body.Length / 2;

            // The sender's own report objects are filled by reading the golden frame once.
            var frame = Convert.FromHexString(vector.Frame);
            Assert.Equal(FrameRejection.None, VectorFrames.Decode(vector, frame, _sender, 0, frame.Length));
        }

        public bool Once(uint counter)
        {
            var length = Seal(counter);
            if (_receiver.ReadHeader(_frame, 0, length, _direction) != FrameRejection.None)
            {
                return false;
            }

            var opened = _receiver.Header.IsDurable
                ? _receiver.Open(_cipher, _area)
                : _receiver.Open(_cipher, _area, counter);
            return opened == FrameRejection.None && _receiver.ReadBody() == FrameRejection.None;
        }

        private int Seal(uint counter)
        {
            return _kind switch
            {
                FrameKind.LiveArea or FrameKind.LiveWorld => _sender.SealLive(_sender.Position, _cipher, _area, 77, counter, _frame, 0),
                FrameKind.Event => _sender.SealEvent(_sender.Event, FlagsOf(_sender.Event), _cipher, _area, 77, counter, _frame, 0),
                FrameKind.Status => _sender.SealStatus(_sender.Status, _flags, _cipher, 77, counter, _frame, 0),
                FrameKind.Acknowledgement => _sender.SealAcknowledgement(_sender.Acknowledgement, _cipher, 77, counter, _frame, 0),
                FrameKind.Command => _sender.SealCommand(_sender.Command, _cipher, 77, counter, _frame, 0),
                _ => _sender.SealTrack(_kind, _payloadBytes, _cipher, 77, counter, _frame, 0),
            };
        }

        private int FlagsOf(EventReport report) => EventFrame.FlagsFor(report, _area, FrameLimits.FrameBytesMax);
    }
}
