using System;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Frames;

// Body of a command, most significant bit first; encrypted:
//
//   command           4  CommandKind
//   expiry           28  8 s since 2010-01-01, rounded up; all ones never
//   1 report interval    live 16 s, track 8 s, duration 16 min   5 bytes more
//   2 status request     long 1, reserve 7                       1 byte
//   3 backlog range      from 32, to 32, from <= to              8 bytes
//   4 SOS acknowledged   event's counter 32, code 8              5 bytes
//   5 key change         key 128                                16 bytes

/// <summary>The command frame: packs a <see cref="Command"/> and reads it back. One object a thread; allocates nothing.</summary>
public sealed class CommandFrame
{
    /// <summary>Bytes of the shortest body, a status request.</summary>
    public const int BodyBytesMin = FixedBytes + 1;

    /// <summary>Bytes of the longest body, a key change.</summary>
    public const int BodyBytesMax = FixedBytes + Command.KeyBytes;

    private const int FixedBytes = 4;
    private const int CommandBits = 4;
    private const int ExpiryBits = 28;
    private const uint ExpiryNever = (1u << ExpiryBits) - 1;
    private const int ExpiryStepS = 8;
    private const int LiveIntervalBits = 16;
    private const int TrackIntervalBits = 8;
    private const int DurationBits = 16;
    private const int StatusReserveBits = 7;
    private const int CounterBits = 32;
    private const int SosCodeBits = 8;

    private readonly FieldWriter _writer = new FieldWriter();
    private readonly FieldReader _reader = new FieldReader();

    /// <summary>Bytes of the body of a command; 0 if there is no such command.</summary>
    public static int BodyBytes(CommandKind kind)
    {
        switch (kind)
        {
            case CommandKind.ReportInterval:
                return FixedBytes + ((LiveIntervalBits + TrackIntervalBits + DurationBits) / 8);
            case CommandKind.StatusRequest:
                return FixedBytes + ((1 + StatusReserveBits) / 8);
            case CommandKind.BacklogRange:
                return FixedBytes + (2 * CounterBits / 8);
            case CommandKind.SosAcknowledged:
                return FixedBytes + ((CounterBits + SosCodeBits) / 8);
            case CommandKind.KeyChange:
                return FixedBytes + Command.KeyBytes;
            default:
                return 0;
        }
    }

    /// <summary>Writes the body at <paramref name="offset"/>; its length is <see cref="BodyBytes"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// No such command, a value that its field does not hold, an expiry before 2010, or a range that ends before it
    /// begins. Nothing is brought into range in silence: an order is carried out as given, or not given.
    /// </exception>
    public void WriteBody(Command command, byte[] frame, int offset)
    {
        FieldWriter fields = _writer;
        fields.Reset(frame, offset, BodyBytes(command.Kind));
        fields.Code((int)command.Kind, CommandBits, (int)CommandKind.KeyChange);
        fields.Raw(ExpiryOf(command.ExpiryUtcMs), ExpiryBits);
        switch (command.Kind)
        {
            case CommandKind.ReportInterval:
                fields.Code(command.LiveIntervalS, LiveIntervalBits, (1 << LiveIntervalBits) - 1);
                fields.Code(command.TrackIntervalS, TrackIntervalBits, (1 << TrackIntervalBits) - 1);
                fields.Code(command.DurationMin, DurationBits, (1 << DurationBits) - 1);
                break;
            case CommandKind.StatusRequest:
                fields.Flag(command.LongStatus);
                fields.Raw(0, StatusReserveBits);
                break;
            case CommandKind.BacklogRange:
                if (command.FromCounter > command.ToCounter)
                {
                    throw new ArgumentOutOfRangeException(nameof(command));
                }

                fields.Raw(command.FromCounter, CounterBits);
                fields.Raw(command.ToCounter, CounterBits);
                break;
            case CommandKind.SosAcknowledged:
                fields.Raw(command.EventCounter, CounterBits);
                fields.Code(command.SosCode, SosCodeBits, (1 << SosCodeBits) - 1);
                break;
            case CommandKind.KeyChange:
                Array.Copy(command.Key, 0, frame, offset + FixedBytes, Command.KeyBytes);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(command));
        }
    }

    /// <summary>
    /// Reads a body into <paramref name="command"/>, which is whole only if nothing was rejected. A length that is not
    /// the command's own is <see cref="FrameRejection.FieldOutOfRange"/>: the tag has vouched for both.
    /// </summary>
    public FrameRejection ReadBody(byte[] body, int offset, int length, Command command)
    {
        FrameRejection rejection = FrameLimits.CheckBodyBytes(FrameKind.Command, 0, length);
        if (rejection != FrameRejection.None)
        {
            return rejection;
        }

        command.Clear();
        FieldReader fields = _reader;
        fields.Reset(body, offset, length);
        command.Kind = (CommandKind)fields.Raw(CommandBits);
        if (BodyBytes(command.Kind) != length)
        {
            return FrameRejection.FieldOutOfRange;
        }

        uint expiry = fields.Raw(ExpiryBits);
        command.ExpiryUtcMs = expiry == ExpiryNever ? UtcTime.Unknown : FrameTime.EpochMs + (expiry * ExpiryStepS * 1000L);
        switch (command.Kind)
        {
            case CommandKind.ReportInterval:
                command.LiveIntervalS = (int)fields.Raw(LiveIntervalBits);
                command.TrackIntervalS = (int)fields.Raw(TrackIntervalBits);
                command.DurationMin = (int)fields.Raw(DurationBits);
                break;
            case CommandKind.StatusRequest:
                command.LongStatus = fields.Flag();
                fields.Reserved(StatusReserveBits);
                break;
            case CommandKind.BacklogRange:
                command.FromCounter = fields.Raw(CounterBits);
                command.ToCounter = fields.Raw(CounterBits);
                fields.Require(command.FromCounter <= command.ToCounter);
                break;
            case CommandKind.SosAcknowledged:
                command.EventCounter = fields.Raw(CounterBits);
                command.SosCode = (int)fields.Raw(SosCodeBits);
                break;
            default:
                Array.Copy(body, offset + FixedBytes, command.Key, 0, Command.KeyBytes);
                break;
        }

        return fields.Valid ? FrameRejection.None : FrameRejection.FieldOutOfRange;
    }

    private static uint ExpiryOf(long utcMs)
    {
        if (utcMs == UtcTime.Unknown)
        {
            return ExpiryNever;
        }

        const long StepMs = ExpiryStepS * 1000L;
        long steps = (utcMs - FrameTime.EpochMs + StepMs - 1) / StepMs;
        if (utcMs < FrameTime.EpochMs || steps >= ExpiryNever)
        {
            throw new ArgumentOutOfRangeException(nameof(utcMs));
        }

        return (uint)steps;
    }
}
