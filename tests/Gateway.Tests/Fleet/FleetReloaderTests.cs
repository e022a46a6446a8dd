using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Tests.Fleet;

#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class FleetReloaderTests : IAsyncLifetime, ILogger<FleetReloader>
#pragma warning restore CA1001
{
    private const string Key = "000102030405060708090a0b0c0d0e0f";

    private readonly Stages _stages = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-fleet-").FullName;
    private readonly List<string> _log = [];
    private FleetSource _fleet = null!;

    private string FleetPath => Path.Combine(_folder, "fleet.json");

    public async Task InitializeAsync()
    {
        File.WriteAllText(FleetPath, Json(17));
        var options = new FleetOptions(FleetPath, null);
        List<ConfigurationError> errors = [];
        _fleet = new FleetSource(options.Load(errors)!);
        await _stages.StartAsync(new FleetReloader(options, _fleet, [Schedules()], _stages.Guard, _stages.Metrics, TimeProvider.System, this));
    }

    public async Task DisposeAsync()
    {
        await _stages.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task File_WrittenOver_IsTheFleetSoonAfter()
    {
        File.WriteAllText(FleetPath, Json(17, 18));

        await Eventually.TrueAsync(() => _fleet.Current.Find(18) is not null, "unit 18");
        Assert.NotNull(_fleet.Current.Find(17));
        await Eventually.TrueAsync(() => _fleet.Status.Reloads == 1, "reported");
    }

    [Fact]
    public async Task File_PutInPlaceByRenaming_IsTheFleetSoonAfter()
    {
        FleetWriter.Replace(FleetPath, System.Text.Encoding.UTF8.GetBytes(Json(19)));

        await Eventually.TrueAsync(() => _fleet.Current.Find(19) is not null, "unit 19");
        Assert.Null(_fleet.Current.Find(17));
    }

    [Fact]
    public async Task File_WithAMistake_ChangesNothingAndSaysWhatIsWrong()
    {
        var before = _fleet.Current;
        File.WriteAllText(FleetPath, Json(17).Replace(Key, Key[1..], StringComparison.Ordinal));
        await Eventually.TrueAsync(() => _fleet.Status.IsStale, "the mistake is told");

        Assert.Same(before, _fleet.Current);
        Assert.Equal("units[0].key", Assert.Single(_fleet.Status.Errors).Key);
        Secrets.AreAbsent(string.Join('\n', [.. Logged(), .. _fleet.Status.Errors.Select(error => error.ToString())]), Convert.FromHexString(Key));
        await Eventually.TrueAsync(() => Logged().Any(line => line.Contains("units[0].key", StringComparison.Ordinal)), "the log tells it");
        Secrets.AreAbsent(string.Join('\n', Logged()), Convert.FromHexString(Key));

        File.WriteAllText(FleetPath, Json(20));
        await Eventually.TrueAsync(() => !_fleet.Status.IsStale && _fleet.Current.Find(20) is not null, "the file is right again");
    }

    // A schedule of a unit that was renumbered would else be that of nobody, and nobody would know.
    [Fact]
    public async Task File_WithoutWhatTheSchedulesName_IsTakenWithAWarning()
    {
        File.WriteAllText(FleetPath, Json(17, 19));
        await Eventually.TrueAsync(
            () => Logged().Any(line => line.Contains("schedules: agency b, schedules: unit 18 (0 more)", StringComparison.Ordinal)), "the warning");
        Assert.NotNull(_fleet.Current.Find(19));

        File.WriteAllText(FleetPath, Json(17, 18));
        await Eventually.TrueAsync(
            () => Logged().Any(line => line.Contains("schedules: agency b (0 more)", StringComparison.Ordinal)), "of the agency alone");
    }

    [Fact]
    public async Task File_ThatIsGone_ChangesNothingUntilItIsBack()
    {
        File.Move(FleetPath, FleetPath + ".away");
        File.Move(FleetPath + ".away", FleetPath);
        await Eventually.TrueAsync(() => _fleet.Status.Reloads > 0, "read again");

        Assert.NotNull(_fleet.Current.Find(17));
    }

    private UnitSchedules Schedules()
    {
        var file = Path.Combine(_folder, "gateway.json");
        File.WriteAllText(file, """{ "schedules": [ { "unit": 18 }, { "agency": "b" }, { "agency": "a" } ] }""");
        List<ConfigurationError> errors = [];
        var schedules = UnitSchedules.Read(new ConfigurationFile(file, errors).Root);
        Assert.Empty(errors);
        return schedules;
    }

    private static string Json(params IEnumerable<int> units) =>
        $"{{ \"units\": [ {string.Join(", ", units.Select(unit => $$"""{ "unit": {{unit}}, "agency": "a", "name": "n", "key": "{{Key}}" }"""))} ] }}";

    private List<string> Logged()
    {
        lock (_log)
            return [.. _log];
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_log)
            _log.Add(formatter(state, exception));
    }
}
