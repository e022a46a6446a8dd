using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>
/// Gives a unit all that its Wi-Fi needs. Network, passwords and certificate stand in different places of its flash, so Wi-Fi is switched off
/// first and on last: the unit has what it had, or no Wi-Fi, or all of the new, and never a mixture.
/// <code>
/// 1. look         what it has; together with what is new it must be whole
/// 2. off          the new configuration, with Wi-Fi off, in one request    from here on the command must be repeated if it ends
/// 3. certificate  in pieces, also if the unit seems to have it: a CRC-32 is easily forged
/// 4. passwords
/// 5. on           the configuration with Wi-Fi on; in force from the next start
/// </code>
/// </summary>
internal static class WifiSetup
{
    /// <summary>All of it but the start.</summary>
    /// <exception cref="CommandException">Not done: nothing was changed or, with <see cref="ExitCode.HalfDone"/>, Wi-Fi is off until it is repeated.</exception>
    public static void Apply(BenchClient bench, WifiPlan plan)
    {
        var info = bench.Ask("info");
        var before = UnitConfiguration.Read(bench);
        plan.CheckWhole(before.Config, before.Secrets, info);
        before.Write(bench, plan.In(before.Config, isEnabled: false));
        try
        {
            if (plan.Authority is { } authority)
                CertificateUpload.Send(bench, authority);
            if (plan.Password is { } password)
                UnitSecret.Set(bench, "wifiPassword", password);
            if (plan.BrokerPassword is { } brokerPassword)
                UnitSecret.Set(bench, "mqttPassword", brokerPassword);
            var off = UnitConfiguration.Read(bench);
            off.Write(bench, plan.In(off.Config, isEnabled: true));
        }
        catch (CommandException e)
        {
            throw new CommandException(
                ExitCode.HalfDone, "half-done", $"{e.Message} Wi-Fi of the unit stays off until all of it is there: connect the unit and repeat the command.", e);
        }
    }

    /// <summary>Whether the unit's word for a link's state is one of a link that carries.</summary>
    public static bool IsUp(string? state) => state is "ready" or "busy";

    /// <summary>What the unit says of its link: the word of its state, and of what keeps it, or null.</summary>
    public static (string State, string? Failure) Link(JsonObject info) => info["links"]?["wifi"] is JsonObject wifi
        ? ((string?)wifi["state"] ?? "", (string?)wifi["failure"])
        : ("off", null);
}
