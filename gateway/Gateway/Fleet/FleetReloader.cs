using System.Runtime.InteropServices;
using System.Threading.Channels;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>
/// Reads the fleet file again when it changes and on SIGHUP, and puts the new fleet in the place of the old one. A file that is wrong
/// changes nothing but <see cref="FleetSource.Status"/>.
/// </summary>
public sealed partial class FleetReloader(
    FleetOptions options,
    FleetSource fleet,
    IEnumerable<IFleetNames> names,
    StageGuard guard,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<FleetReloader> log)
    : IHostedService, IDisposable
{
    /// <summary>After a change the file is left alone so long: an editor writes it in several steps.</summary>
    public const int SettleMs = 250;

    // Named limit: names in one line of the log.
    private const int NamesToldMax = 10;

    private readonly EventCounter _reloads = new(metrics.Meter, "fleet.reloads", "The fleet was replaced by the file's.");
    private readonly EventCounter _failures = new(
        metrics.Meter, "fleet.reload_failures", "The fleet file was looked at and is wrong; the fleet in use stays.");

    // Any number of reasons to look make one look.
    private readonly Channel<bool> _looks = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private FileSystemWatcher? _watcher;
    private PosixSignalRegistration? _hangUp;
    private Task _loop = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.Gauge("fleet.units", "Units in the fleet in use.", () => fleet.Current.Units.Count);
        metrics.Gauge("fleet.stale", "1 while the fleet file is wrong and an older fleet in use.", () => fleet.Status.IsStale ? 1 : 0);
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            Look();
        });

        Watch();
        _loop = guard.Run(nameof(FleetReloader), RunAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _hangUp?.Dispose();
        _watcher?.Dispose();
        await _stopping.CancelAsync();
        await _loop;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hangUp?.Dispose();
        _watcher?.Dispose();
        _stopping.Dispose();
    }

    // The folder and not the file: editors and configuration management put a new file in the place of the old one.
    private void Watch()
    {
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(options.File)!, Path.GetFileName(options.File));
        _watcher.Changed += (_, _) => Look();
        _watcher.Created += (_, _) => Look();
        _watcher.Renamed += (_, _) => Look();
        _watcher.Error += (_, e) =>
        {
            Log.WatchFailed(log, options.File, e.GetException().Message);
            Look();
        };
        try
        {
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException e)
        {
            // The system's inotify instances are used up (inotify(7), max_user_instances): no reason not to take frames.
            Log.WatchFailed(log, options.File, e.Message);
        }
    }

    private void Look() => _looks.Writer.TryWrite(true);

    private async Task RunAsync()
    {
        try
        {
            while (await _looks.Reader.WaitToReadAsync(_stopping.Token))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(SettleMs), time, _stopping.Token);
                _looks.Reader.TryRead(out _);
                Reload();
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    private void Reload()
    {
        List<ConfigurationError> errors = [];
        var before = fleet.Current;
        if (options.Load(errors) is not { } next)
        {
            _failures.Add();
            fleet.Report(fleet.Status with { Errors = errors });
            Log.Refused(log, options.File, errors.Count, errors[0].ToString());
            return;
        }

        fleet.Replace(next);
        fleet.Report(new FleetStatus(fleet.Status.Reloads + 1, []));
        _reloads.Add();
        var added = next.Units.Count(unit => before.Find(unit.Unit) is null);
        var removed = before.Units.Count(unit => next.Find(unit.Unit) is null);
        Log.Replaced(log, options.File, next.Units.Count, added, removed, next.Concentrators.Count);
        WarnOfNames(next);
    }

    // Each reload says it again: it is how things are now.
    private void WarnOfNames(FleetRegistry next)
    {
        var absent = names.SelectMany(part => part.NotIn(next)).ToList();
        if (absent.Count > 0)
            Log.NamesAbsent(log, options.File, string.Join(", ", absent.Take(NamesToldMax)), Math.Max(0, absent.Count - NamesToldMax));
    }

    private static partial class Log
    {
        [LoggerMessage(251, LogLevel.Information, "Fleet {File}: read again: {Units} units ({Added} new, {Removed} gone), {Concentrators} concentrators")]
        public static partial void Replaced(ILogger log, string file, int units, int added, int removed, int concentrators);

        [LoggerMessage(252, LogLevel.Error, "Fleet {File}: {Errors} mistakes, the fleet in use stays; the first: {Error}")]
        public static partial void Refused(ILogger log, string file, int errors, string error);

        [LoggerMessage(254, LogLevel.Warning, "Fleet {File}: what the configuration names is not in it, and has no effect: {Names} ({More} more)")]
        public static partial void NamesAbsent(ILogger log, string file, string names, int more);

        [LoggerMessage(253, LogLevel.Warning, "Fleet {File}: not every change is noticed: {Message}; SIGHUP has it read again")]
        public static partial void WatchFailed(ILogger log, string file, string message);
    }
}
