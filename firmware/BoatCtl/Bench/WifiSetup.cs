using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>
/// Gives a unit all that its Wi-Fi needs. Network, passwords and certificate stand in different places of its flash, so Wi-Fi is switched off
/// first and on last: the unit has what it had, or no Wi-Fi, or all of the new, and never a mixture.
/// <code>
/// 1. look         what it has; together with what is new it must be whole
/// 2. off          the new configuration, with Wi-Fi off, in one request    from here on the command must be repeated if it ends
/// 3. certificate  in pieces, unless the unit has it
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
            if (plan.Authority is { } authority && !CertificateUpload.IsThere(info, authority))
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

    /// <summary>What the unit says of its link: the word of its state, and of what keeps it, or null.</summary>
    public static (string State, string? Failure) Link(JsonObject info) => info["links"]?["wifi"] is JsonObject wifi
        ? ((string?)wifi["state"] ?? "", (string?)wifi["failure"])
        : ("off", null);

    /// <summary>What to do about a failure, by the unit's word for it.</summary>
    public static string Advice(string? failure) => failure switch
    {
        "not-joined" => "The unit is not in the network: look at its name (capitals count), its password and the distance; the unit knows 2.4 GHz alone.",
        "not-reached" => "The broker is not reached: look at its address and port, and whether the certificate given with --ca is that of its authority.",
        "refused" => "The broker refuses the unit: look at --user and --mqtt-password-file, and at the broker's log.",
        "subscribe-refused" => "The broker lets the unit in and refuses its topic: look at the broker's access list.",
        "no-key" => "A unit without a key sends nothing: provision it.",
        "no-certificate" => "The unit has no certificate of the broker's authority: give it with boatctl wifi set --ca.",
        "safe-mode" => "The unit reset three times by itself and leaves Wi-Fi out: look at boatctl log.",
        null => "The unit is still trying; look again with boatctl info.",
        _ => "Look at the broker's log, and again with boatctl info.",
    };
}
