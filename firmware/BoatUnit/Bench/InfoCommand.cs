using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core;
using BoatTelemetry.Core.Reports;
using nanoFramework.Runtime.Native;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>What this unit is and how it is.</summary>
public sealed class InfoCommand : BenchCommand
{
    private readonly Configuration _configuration;
    private readonly KeyStore _keys;
    private readonly Supervisor _supervisor;
    private readonly IBenchView _view;
    private readonly string _board;

    /// <param name="configuration">What it is configured as.</param>
    /// <param name="keys">Its key.</param>
    /// <param name="supervisor">Why and since when it runs.</param>
    /// <param name="view">Its links and its storage.</param>
    /// <param name="board">The board that it runs as.</param>
    public InfoCommand(Configuration configuration, KeyStore keys, Supervisor supervisor, IBenchView view, string board)
    {
        _configuration = configuration;
        _keys = keys;
        _supervisor = supervisor;
        _view = view;
        _board = board;
    }

    public override string Name => "info";

    public override string Usage => "";

    public override void Run(BenchRequest request, BenchReply reply)
    {
        JsonWriter line = reply.Ok();
        UnitConfig running = _configuration.Running;
        line.Field("firmware", FirmwareRelease.Version);
        line.Field("platform", SystemInfo.Platform);
        line.Field("target", SystemInfo.TargetName);
        line.Field("board", _board);
        line.Field("unit", (long)running.Number(ConfigKeys.UnitId));
        line.Field("agency", running.Text(ConfigKeys.UnitAgency));
        line.Field("config", StateWord(_configuration.State));
        line.Field("configFault", _configuration.IsFaulty);
        line.Field("waitsForReboot", _configuration.WaitsForRestart || _keys.MustRestart);
        line.Field("key", _keys.IsSet ? "set" : "unset");
        line.Field("keyCheck", _keys.CheckValue());
        line.Field("resetCause", CauseWord(_supervisor.ResetCause));
        line.Field("lastFailure", _supervisor.LastFailure);
        line.Field("safeMode", _supervisor.SafeMode);
        line.Field("starts", (long)_supervisor.Starts);
        line.Field("uptimeMs", _supervisor.UptimeMs(request.MonotonicMs));
        line.Field("freeBytes", (long)nanoFramework.Runtime.Native.GC.Run(false));
        _view.Write(line);
    }

    private static string StateWord(ConfigState state)
    {
        switch (state)
        {
            case ConfigState.Loaded:
                return "stored";
            case ConfigState.Blank:
                return "defaults";
            case ConfigState.Lost:
                return "lost";
            default:
                return "unreadable";
        }
    }

    private static string CauseWord(ResetCause cause)
    {
        switch (cause)
        {
            case ResetCause.PowerOn:
                return "power-on";
            case ResetCause.BrownOut:
                return "brown-out";
            case ResetCause.Watchdog:
                return "stall";
            case ResetCause.Software:
                return "asked";
            case ResetCause.Crash:
                return "crash";
            case ResetCause.DeepSleep:
                return "deep-sleep";
            case ResetCause.External:
                return "external";
            default:
                return "unknown";
        }
    }
}
