using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>Sets the unit's key, tells its check value, and starts the unit anew under it.</summary>
public sealed class KeySetCommand : BenchCommand
{
    private readonly KeyStore _keys;
    private readonly Supervisor _supervisor;
    private readonly ILog _log;

    public KeySetCommand(KeyStore keys, Supervisor supervisor, ILog log)
    {
        _keys = keys;
        _supervisor = supervisor;
        _log = log;
    }

    public override string Name => "key set";

    public override string Usage => "key, firstLive?, firstDurable?";

    public override void Run(BenchRequest request, BenchReply reply)
    {
        byte[] key = Hex.Parse(request.Text("key"), UnitKeys.KeyBytes);
        if (key == null || key.Length != UnitKeys.KeyBytes)
        {
            // Some keys read as a date, and then the platform's parser gives that instead of their text.
            reply.Fail(BenchError.BadField, "key: 32 hexadecimal digits, or, if these are, as 00-11-22-33...");
            return;
        }

        if (!TryCounter(request, "firstLive", reply, out uint live)
            || !TryCounter(request, "firstDurable", reply, out uint durable))
        {
            return;
        }

        KeyResult result = _keys.Set(key, live, durable);
        if (_keys.MustRestart)
        {
            _supervisor.RequestReboot(RebootReason.KeyChanged, request.MonotonicMs);
        }

        if (result != KeyResult.Set)
        {
            reply.Fail(
                BenchError.NotStored,
                result == KeyResult.KeyNotStored ? "the flash did not take the key" : "the flash did not take the counters");
            return;
        }

        JsonWriter line = reply.Ok();
        line.Field("keyCheck", _keys.CheckValue());
        line.Field("rebooting", true);
        _log.Note(request.MonotonicMs, LogEvent.KeyChanged, 0, null);
    }

    private static bool TryCounter(BenchRequest request, string name, BenchReply reply, out uint counter)
    {
        counter = 0;
        if (!request.Has(name))
        {
            return true;
        }

        if (!request.TryNumber(name, 0, uint.MaxValue - 1L, out long number))
        {
            reply.Fail(BenchError.BadField, name + ": a whole number below 4294967295");
            return false;
        }

        counter = (uint)number;
        return true;
    }
}
