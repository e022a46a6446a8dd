using System;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Core.Frames;

/// <summary>
/// From reports to sealed frames and back: the one way in and out, used unchanged by units and gateway. One object a
/// thread; nothing is allocated after construction.
/// </summary>
/// <remarks>
/// A frame is taken in three steps, because between them the caller has a say. Each step's rejection ends it; the order
/// is that of docs/FRAME-SPEC.md.
/// <code>
/// 1. ReadHeader   TooShort, WrongVersion, UnknownKind, ReservedBits, TooLong
///    the caller finds the unit (UnknownUnit), its cipher and area and, of a short header, the counter's candidates
/// 2. Open         TagMismatch; for a short header once with each candidate, until one fits
///    the caller asks its window or its journal: Replayed, Older, Duplicate
/// 3. ReadBody     FieldOutOfRange; the report is in the property of the header's kind
/// </code>
/// The array must not change between the first step and the second.
/// </remarks>
public sealed class FrameCodec
{
    private readonly FrameHeader _header = new FrameHeader();
    private readonly FrameSeal _seal = new FrameSeal();
    private readonly EventFrame _eventFrame = new EventFrame();
    private readonly StatusFrame _statusFrame = new StatusFrame();
    private readonly AcknowledgementFrame _acknowledgementFrame = new AcknowledgementFrame();
    private readonly CommandFrame _commandFrame = new CommandFrame();
    private readonly LiveFrame _liveFrame = new LiveFrame();
    private readonly byte[] _body = new byte[FrameLimits.BodyBytesMax];
    private byte[] _frame;
    private int _offset;
    private bool _hasHeader;
    private bool _isOpen;
    private OperatingArea _area;

    /// <summary>The header that <see cref="ReadHeader"/> read.</summary>
    public FrameHeader Header
    {
        get { return _header; }
    }

    /// <summary>What <see cref="ReadBody()"/> read from a live position.</summary>
    public LivePosition Position { get; } = new LivePosition();

    /// <summary>What <see cref="ReadBody()"/> read from an event.</summary>
    public EventReport Event { get; } = new EventReport();

    /// <summary>What <see cref="ReadBody()"/> read from a status.</summary>
    public StatusReport Status { get; } = new StatusReport();

    /// <summary>What <see cref="ReadBody()"/> read from an acknowledgement.</summary>
    public Acknowledgement Acknowledgement { get; } = new Acknowledgement();

    /// <summary>What <see cref="ReadBody()"/> read from a command.</summary>
    public Command Command { get; } = new Command();

    /// <summary>
    /// The opened body, from index 0, <see cref="BodyBytes"/> long: the payload of a track block or a sketch, which
    /// docs/FRAME-SPEC-track.md describes and their own decoder reads.
    /// </summary>
    public byte[] Body
    {
        get { return _body; }
    }

    /// <summary>Bytes of <see cref="Body"/>; 0 until a frame has been opened.</summary>
    public int BodyBytes { get; private set; }

    /// <summary>Step 1: the header of the frame that fills the range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the array.</exception>
    public FrameRejection ReadHeader(byte[] frame, int offset, int length, FrameDirection direction)
    {
        if (frame == null)
        {
            throw new ArgumentNullException(nameof(frame));
        }

        if (offset < 0 || length < 0 || offset > frame.Length - length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        _isOpen = false;
        BodyBytes = 0;
        _frame = frame;
        _offset = offset;
        FrameRejection rejection = _header.Read(frame, offset, length, direction);
        _hasHeader = rejection == FrameRejection.None;
        return rejection;
    }

    /// <summary>Step 2 for a long header, which carries its counter whole.</summary>
    public FrameRejection Open(IFrameCipher cipher, OperatingArea area)
    {
        if (!_header.IsDurable)
        {
            throw new InvalidOperationException();
        }

        return Open(cipher, area, _header.Counter);
    }

    /// <summary>
    /// Step 2: opens the frame under the unit's cipher, taking its counter for <paramref name="counter"/>. May be called
    /// again with another counter.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no header to go by.</exception>
    public FrameRejection Open(IFrameCipher cipher, OperatingArea area, uint counter)
    {
        if (!_hasHeader)
        {
            throw new InvalidOperationException();
        }

        bool fits = _seal.Open(cipher, _frame, _offset, _header, counter, area, _body);
        _isOpen = fits;
        _area = area;
        BodyBytes = fits ? _header.BodyBytes : 0;
        return fits ? FrameRejection.None : FrameRejection.TagMismatch;
    }

    /// <summary>Step 3: the report of the opened frame. Says nothing of a track's or a sketch's payload.</summary>
    /// <exception cref="InvalidOperationException">No frame has been opened.</exception>
    public FrameRejection ReadBody()
    {
        if (!_isOpen)
        {
            throw new InvalidOperationException();
        }

        return ReadBody(_header.Kind, _header.Flags, _area, _body, 0, BodyBytes);
    }

    /// <summary>
    /// The report of a body that another protocol has carried and vouched for (LoRaWAN: the kind is the port). Accepts
    /// exactly the bodies that the encoder can make.
    /// </summary>
    public FrameRejection ReadBody(FrameKind kind, int flags, OperatingArea area, byte[] body, int offset, int length)
    {
        if (!FrameLimits.IsDefined(kind))
        {
            return FrameRejection.UnknownKind;
        }

        if ((flags & ~FrameLimits.FlagsDefined(kind)) != 0)
        {
            return FrameRejection.ReservedBits;
        }

        switch (kind)
        {
            case FrameKind.LiveArea:
            case FrameKind.LiveWorld:
                return _liveFrame.ReadBody(kind, area, body, offset, length, Position);
            case FrameKind.Event:
                return _eventFrame.ReadBody(flags, area, body, offset, length, Event);
            case FrameKind.Status:
                return _statusFrame.ReadBody(flags, body, offset, length, Status);
            case FrameKind.Acknowledgement:
                return _acknowledgementFrame.ReadBody(body, offset, length, Acknowledgement);
            case FrameKind.Command:
                return _commandFrame.ReadBody(body, offset, length, Command);
            default:
                return FrameLimits.CheckBodyBytes(kind, flags, length);
        }
    }

    /// <summary>Seals a live position at <paramref name="offset"/> and returns the frame's length, bytes.</summary>
    public int SealLive(
        LivePosition position, IFrameCipher cipher, OperatingArea area, int unit, uint counter, byte[] frame, int offset)
    {
        FrameKind kind = LiveFrame.KindFor(position, area);
        FrameHeader.WriteLive(frame, offset, kind, unit, counter);
        _liveFrame.WriteBody(position, kind, area, frame, offset + FrameHeader.LiveBytes);
        return _seal.Seal(cipher, frame, offset, kind, 0, unit, counter, LiveFrame.BodyBytes(kind), area);
    }

    /// <summary>Seals an event with flags from <see cref="EventFrame.FlagsFor"/> and returns the frame's length, bytes.</summary>
    public int SealEvent(
        EventReport report, int flags, IFrameCipher cipher, OperatingArea area, int unit, uint counter, byte[] frame, int offset)
    {
        FrameHeader.WriteDurable(frame, offset, FrameKind.Event, flags, unit, counter);
        _eventFrame.WriteBody(report, flags, area, frame, offset + FrameHeader.DurableBytes);
        return _seal.Seal(
            cipher, frame, offset, FrameKind.Event, flags, unit, counter, EventFrame.BodyBytes(flags), area);
    }

    /// <summary>Seals a status with flags from <see cref="StatusFrame.FlagsFor"/> and returns the frame's length, bytes.</summary>
    public int SealStatus(
        StatusReport report, int flags, IFrameCipher cipher, int unit, uint counter, byte[] frame, int offset)
    {
        FrameHeader.WriteDurable(frame, offset, FrameKind.Status, flags, unit, counter);
        _statusFrame.WriteBody(report, flags, frame, offset + FrameHeader.DurableBytes);
        return _seal.Seal(
            cipher, frame, offset, FrameKind.Status, flags, unit, counter, StatusFrame.BodyBytes(flags), null);
    }

    /// <summary>
    /// Seals a track block or a sketch whose payload stands at <paramref name="offset"/> +
    /// <see cref="FrameHeader.DurableBytes"/> already, and returns the frame's length, bytes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Another kind, or a payload of a length that the kind does not allow.</exception>
    public int SealTrack(
        FrameKind kind, int payloadBytes, IFrameCipher cipher, int unit, uint counter, byte[] frame, int offset)
    {
        if (kind != FrameKind.Track && kind != FrameKind.Sketch)
        {
            throw new ArgumentOutOfRangeException(nameof(kind));
        }

        FrameHeader.WriteDurable(frame, offset, kind, 0, unit, counter);
        return _seal.Seal(cipher, frame, offset, kind, 0, unit, counter, payloadBytes, null);
    }

    /// <summary>Seals an acknowledgement and returns the frame's length, bytes.</summary>
    public int SealAcknowledgement(
        Acknowledgement acknowledgement, IFrameCipher cipher, int unit, uint counter, byte[] frame, int offset)
    {
        FrameHeader.WriteLive(frame, offset, FrameKind.Acknowledgement, unit, counter);
        _acknowledgementFrame.WriteBody(acknowledgement, frame, offset + FrameHeader.LiveBytes);
        int bodyBytes = AcknowledgementFrame.BodyBytesOf(acknowledgement);
        return _seal.Seal(cipher, frame, offset, FrameKind.Acknowledgement, 0, unit, counter, bodyBytes, null);
    }

    /// <summary>Seals a command and returns the frame's length, bytes.</summary>
    public int SealCommand(Command command, IFrameCipher cipher, int unit, uint counter, byte[] frame, int offset)
    {
        FrameHeader.WriteDurable(frame, offset, FrameKind.Command, 0, unit, counter);
        _commandFrame.WriteBody(command, frame, offset + FrameHeader.DurableBytes);
        return _seal.Seal(
            cipher, frame, offset, FrameKind.Command, 0, unit, counter, CommandFrame.BodyBytes(command.Kind), null);
    }
}
