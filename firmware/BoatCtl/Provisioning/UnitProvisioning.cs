using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.Gateway.Fleet;

namespace BoatTelemetry.BoatCtl.Provisioning;

/// <summary>How a provisioning ended.</summary>
internal enum ProvisionEnd
{
    /// <summary>The unit and the fleet have it.</summary>
    Provisioned,

    /// <summary>Neither has it.</summary>
    TakenBack,

    /// <summary>There was nothing to settle.</summary>
    Nothing,
}

/// <summary>
/// Gives a unit its number and key, and the gateway's fleet its entry: both or neither, whatever fails in between.
/// <code>
/// 1. look        the fleet can take the unit, and the unit has no key
/// 2. pending     key and plan are durable beside the fleet file          from here on --resume settles it
/// 3. config      the unit's configuration, whole, in one request
/// 4. key         the unit tells its check value, and starts anew
/// 5. read back   the unit that has started tells the same check value and its number
/// 6. fleet       the file is replaced
/// 7. settled     the pending file is deleted
/// </code>
/// The unit's check value decides for --resume: the pending key's means on to 6, none means back to where it was.
/// </summary>
/// <param name="fleet">The fleet file.</param>
/// <param name="open">Opens the unit's console; more than once, since a unit that starts anew may take its port along.</param>
/// <param name="restart">How long a unit may take to start.</param>
internal sealed class UnitProvisioning(FleetStore fleet, Func<BenchClient> open, TimeSpan restart)
{
    private const int RetryPauseMs = 200;

    /// <summary>All of it. The key leaves this method by the unit's cable and the files alone.</summary>
    /// <exception cref="CommandException">Not done: nothing was changed, or, with <see cref="ExitCode.HalfDone"/>, --resume settles it.</exception>
    /// <param name="plan">What the unit is to be.</param>
    /// <param name="cancellation">
    /// Calls it off: before the key is sent, what was begun is taken back; from then on it is done to the end, since only a unit that has started
    /// anew shows whether the key has arrived.
    /// </param>
    public void Provision(UnitPlan plan, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (File.Exists(PendingUnit.PathFor(fleet)))
            throw PendingUnit.Unfinished(PendingUnit.PathFor(fleet));
        var document = fleet.Load();
        FleetStore.Check(document, plan);
        PendingUnit pending;
        using (var bench = open())
        {
            CheckUnit(bench.Ask("info"));
            var before = bench.Ask("config get")["config"]!.AsObject();
            pending = new PendingUnit(plan, new UnitKey(RandomNumberGenerator.GetBytes(16)), before);
            if (cancellation.IsCancellationRequested)
                throw Stopped("Nothing was changed.");
            pending.Save(fleet);
            Configure(bench, PlannedConfiguration.Of(before, plan, document.Area));
            if (cancellation.IsCancellationRequested)
                CallOff(bench, pending);
            pending = pending with { IsKeySent = true };
            pending.Update(fleet);
            SetKey(bench, pending);
        }

        ReadBack(pending);
        Complete(pending);
    }

    /// <summary>Settles what was left half done: completes it, or takes it back.</summary>
    /// <exception cref="CommandException">It could not be settled, and is as it was.</exception>
    public ProvisionEnd Resume(out UnitPlan? plan)
    {
        plan = null;

        // A fleet file that is not there would have nothing pending, either.
        var document = fleet.Load();
        if (PendingUnit.Load(fleet) is not { } pending)
            return ProvisionEnd.Nothing;
        plan = pending.Plan;
        var known = document.Units.FirstOrDefault(unit => unit.Unit == pending.Plan.Unit);
        if (known?.Key is { } key && key.Bytes.SequenceEqual(pending.Key.Bytes))
        {
            // The fleet was written last of all.
            PendingUnit.Delete(fleet);
            return ProvisionEnd.Provisioned;
        }

        using (var bench = open())
        {
            var info = bench.Ask("info");
            if ((string?)info["keyCheck"] is not { } check)
            {
                TakeBack(bench, pending);
                return ProvisionEnd.TakenBack;
            }

            if (check != KeyCheck.Of(pending.Key))
                throw AnotherUnit(pending, "has another key");
        }

        ReadBack(pending);
        Complete(pending);
        return ProvisionEnd.Provisioned;
    }

    // A unit without a key. Its stored configuration says whether it is the one, or another that has none either.
    private void TakeBack(BenchClient bench, PendingUnit pending)
    {
        var stored = bench.Ask("config get")["config"]!.AsObject();
        var isConfigured = (int?)stored["unit"]?["id"] == pending.Plan.Unit && (string?)stored["unit"]?["agency"] == pending.Plan.Agency;
        if (pending.IsKeySent && !isConfigured)
            throw AnotherUnit(pending, "has no key, and not its number");
        if (isConfigured)
            bench.Ask("config set", new JsonObject { ["config"] = pending.Before.DeepClone() });
        PendingUnit.Delete(fleet);
    }

    private void CallOff(BenchClient bench, PendingUnit pending)
    {
        try
        {
            TakeBack(bench, pending);
        }
        catch (BenchException e)
        {
            throw HalfDone($"Stopped; the unit is configured and has no key: {e.Message}");
        }

        throw Stopped("Neither the unit nor the fleet has it; provision it anew.");
    }

    private static CommandException Stopped(string state) => new(ExitCode.NotGood, "stopped", "Stopped. " + state);

    private static CommandException AnotherUnit(PendingUnit pending, string has) => new(
        ExitCode.Refused, "another-unit", $"This unit {has}: plug the one in that was left half provisioned, which is to be unit {pending.Plan.Unit}.");

    private static void CheckUnit(JsonObject info)
    {
        if ((string?)info["key"] == "set")
        {
            throw new CommandException(
                ExitCode.Refused, "has-a-key", $"The unit has a key already (it is unit {info["unit"]}, check value {info["keyCheck"]}); a key is not replaced here, since its frames could not be opened any more.");
        }
    }

    // Refused or not sent: the unit is as it was, and so is the fleet.
    private void Configure(BenchClient bench, JsonObject config)
    {
        var reply = bench.Send("config set", new JsonObject { ["config"] = config });
        if (reply.Outcome == BenchOutcome.Done)
            return;
        if (reply.Outcome is BenchOutcome.Refused or BenchOutcome.NotSent)
        {
            PendingUnit.Delete(fleet);
            reply.Done();
        }

        throw HalfDone($"The configuration may or may not be in the unit: {reply.Reason}");
    }

    private void SetKey(BenchClient bench, PendingUnit pending)
    {
        // With hyphens, since the platform's JSON parser takes a few keys without them for dates (docs/bench-console.md).
        var reply = bench.Send("key set", new JsonObject { ["key"] = BitConverter.ToString(pending.Key.Bytes.ToArray()) });
        if (reply.Outcome != BenchOutcome.Done)
            throw HalfDone($"The unit is configured, and may or may not have its key: {reply.Reason}");
        if ((string?)reply.Fields["keyCheck"] != KeyCheck.Of(pending.Key))
            throw HalfDone($"The unit tells another check value ({reply.Fields["keyCheck"]}) than its key has ({KeyCheck.Of(pending.Key)}): the cable garbles.");
    }

    // The unit that has started anew runs what was written, or says why not.
    private void ReadBack(PendingUnit pending)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var problem = TryReadBack(pending);
            if (problem is null)
                return;
            if (waited.Elapsed > restart)
                throw HalfDone($"The unit has its key and was not read back: {problem}");
            Thread.Sleep(RetryPauseMs);
        }
    }

    private string? TryReadBack(PendingUnit pending)
    {
        try
        {
            using var bench = open();
            var reply = bench.Send("info");
            if (reply.Outcome != BenchOutcome.Done)
                return reply.Reason;
            var info = reply.Fields;
            if ((bool?)info["waitsForReboot"] == true)
                return "it has not started anew yet.";
            return (string?)info["keyCheck"] == KeyCheck.Of(pending.Key) && (int?)info["unit"] == pending.Plan.Unit && (string?)info["agency"] == pending.Plan.Agency
                ? null
                : $"it says unit {info["unit"]}, agency \"{info["agency"]}\", check value {info["keyCheck"]}.";
        }
        catch (BenchException e)
        {
            return e.Message;
        }
    }

    private void Complete(PendingUnit pending)
    {
        try
        {
            // Read again: somebody may have changed it meanwhile.
            var document = fleet.Load();
            FleetStore.Check(document, pending.Plan);
            fleet.Add(document, pending.Plan, pending.Key);
        }
        catch (CommandException e)
        {
            throw HalfDone($"The unit has its number and key, and the fleet has not: {e.Message}");
        }

        PendingUnit.Delete(fleet);
    }

    private CommandException HalfDone(string what) => new(
        ExitCode.HalfDone, "half-done", $"{what} Plug the unit in and settle it: boatctl provision --resume --fleet {fleet.FilePath}");
}
