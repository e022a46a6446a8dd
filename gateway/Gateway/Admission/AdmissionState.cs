using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>What is kept of a unit with each of its frames, in the same commit.</summary>
/// <param name="Live">Its live counters.</param>
/// <param name="Durable">Its durable counters, as an acknowledgement may tell them once this is committed.</param>
/// <param name="Keys">Where it is in its changes of key.</param>
public readonly record struct AdmissionState(LiveWindowState Live, DurableWindowState Durable, UnitKeyState Keys)
{
    /// <summary>A unit that this journal has never seen.</summary>
    public static AdmissionState NeverSeen { get; } = new(LiveWindowState.NeverSeen, default, UnitKeyState.First);
}

/// <summary>Which of a unit's keys in the fleet file is its current one.</summary>
/// <param name="Epoch">How many changes of key are complete.</param>
/// <param name="RetiredBelow">As <see cref="GatewayKeyRing.RetiredBelow"/>.</param>
public readonly record struct UnitKeyState(int Epoch, long RetiredBelow)
{
    /// <summary>No key was ever changed.</summary>
    public static UnitKeyState First { get; } = new(0, GatewayKeyRing.NotSeen);
}
