using System.Security.Cryptography;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>Makes sealed downlinks, each under a counter that no other frame has or will have. One thread.</summary>
internal sealed class DownlinkSealer(DownlinkCounters counters, CommandQueue commands)
{
    private readonly FrameCodec _codec = new();
    private readonly Command _command = new();
    private readonly byte[] _frame = new byte[FrameLimits.FrameBytesMax];

    /// <summary>An acknowledgement of what is committed.</summary>
    public DownlinkDrop TrySealAcknowledgement(FleetUnit unit, in AdmissionState state, Acknowledgement said, out byte[] frame)
    {
        frame = [];
        if (unit.CipherOf(state.Keys.Epoch) is not { } cipher)
            return DownlinkDrop.NoKey;
        var drop = counters.TryNextAcknowledgement(unit.Unit, out var counter);
        if (drop != DownlinkDrop.None)
            return drop;
        frame = _frame[.._codec.SealAcknowledgement(said, cipher, unit.Unit, counter, _frame, 0)];
        return DownlinkDrop.None;
    }

    /// <summary>
    /// A command. Sealed again under the counter that it has, it is the same frame to the bit, unless the key has changed, and
    /// then the nonce is another key's.
    /// </summary>
    public DownlinkDrop TrySealCommand(FleetUnit unit, in AdmissionState state, QueuedCommand queued, long nowMs, out byte[] frame)
    {
        frame = [];
        if (unit.CipherOf(state.Keys.Epoch) is not { } cipher || !commands.TryRead(queued, unit, _command))
            return DownlinkDrop.NoKey;
        var drop = DownlinkDrop.NoCounter;
        var keyPrint = _command.Kind == CommandKind.KeyChange ? BitConverter.ToUInt64(SHA256.HashData(_command.Key)) : 0;
        var counter = commands.CounterFor(queued, nowMs, () =>
        {
            drop = counters.TryNextCommand(unit.Unit, out var next);
            return drop == DownlinkDrop.None ? next : null;
        }, keyPrint);
        if (counter is null)
            return drop == DownlinkDrop.None ? DownlinkDrop.NoCounter : drop;
        frame = _frame[.._codec.SealCommand(_command, cipher, unit.Unit, counter.Value, _frame, 0)];
        _command.Clear();
        return DownlinkDrop.None;
    }
}
