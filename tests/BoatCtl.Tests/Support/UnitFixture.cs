using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Support;

/// <summary>The real unit on its simulated board, as a process, with its bench console on a pseudo-terminal. Tests in this collection take turns.</summary>
[CollectionDefinition(Name)]
public sealed class UnitCollection : ICollectionFixture<UnitFixture>
{
    public const string Name = "unit";
}

/// <inheritdoc cref="UnitCollection"/>
public sealed class UnitFixture : IAsyncLifetime, IAsyncDisposable
{
    // Faster than the world, so that a cold radio and the first readings cost no time; the console answers at once.
    private const string Speed = "20";

    private ProgramProcess? _process;

    /// <summary>A folder of its own, gone at the end.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("boatctl-").FullName;

    /// <summary>What a technician's --port names.</summary>
    public string Port => Path.Combine(Folder, "unit");

    /// <summary>The unit's process.</summary>
    public int ProcessId => _process!.Id;

    public Task InitializeAsync() => StartAsync();

    /// <summary>Starts the unit; its flash is kept in the folder from start to start.</summary>
    public async Task StartAsync()
    {
        // Port 9 is the discard protocol's: no gateway hears this unit.
        _process = new ProgramProcess(
            "Host", "unit", "--board", "carrier-s3", "--speed", Speed, "--gateway", "127.0.0.1:9", "--state", Path.Combine(Folder, "flash"), "--console-link", Port);
        await _process.LineAsync("console: ");
    }

    /// <summary>Cuts its power: SIGKILL, and no more.</summary>
    public async Task KillAsync()
    {
        await _process!.DisposeAsync();
        _process = null;
    }

    /// <summary>A path in the folder where nothing is yet.</summary>
    public string NewFile() => Path.Combine(Folder, Guid.NewGuid().ToString("N"));

    /// <summary>Runs a command line at this unit.</summary>
    internal BoatCtlRun Run(params string[] arguments) => BoatCtlRun.Of([.. arguments, "--port", Port]);

    public async Task DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();

        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
}
