using System.Text;
using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.BoatUnit.Wiring;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.BoatUnit.Tests.Bench;

/// <summary>A console with a unit's real configuration, secrets, keys, log and supervisor behind it, on a clock of its own.</summary>
internal sealed class BenchWorld : IBenchPort, IReboot, IResetLine, ISelfTestRun, IBenchView
{
    private const int StepMs = 10;
    private const int StepsMax = 2_000;

    private readonly Queue<byte> _toUnit = new();
    private readonly StringBuilder _line = new();
    private int _step;

    public BenchWorld()
    {
        BoardWires.Current = new BoardWires();
        BoardWires.Current.Connect<IResetLine>(IResetLine.Place, this);
        Log = new EventLog();
        Configuration = new Configuration(new ConfigStore(ConfigFlash), ConfigMigration.Known);
        Secrets = new SecretStore(SecretFlash);
        Counters = new FlashCounterStore(new SimulatedFlash(1, 512, 4), 0, 4);
        Keys = new KeyStore(new UnitKeys(new SimulatedFlash(1, 512, 4), 0, 4), Counters);
        Supervisor = new Supervisor(new SimulatedFlash(1, 512, 4), this, null, Log, new SupervisorOptions());
        Supervisor.Start(NowMs, ResetCause.Unknown);
        Configuration.Load(Log, NowMs);
        Secrets.TryLoad();
        Keys.TryLoad();
        Console = new BenchConsole(this, Commands());
    }

    public SimulatedFlash ConfigFlash { get; } = new(1, 4096, 2);

    public SimulatedFlash SecretFlash { get; } = new(1, 512, 4);

    public EventLog Log { get; }

    public Configuration Configuration { get; }

    public SecretStore Secrets { get; }

    public CertificateStore Certificate { get; } = new(new SimulatedFlash(16, 4096, 2));

    public FlashCounterStore Counters { get; }

    public KeyStore Keys { get; }

    public Supervisor Supervisor { get; }

    public BenchConsole Console { get; }

    public long NowMs { get; private set; }

    public int Reboots { get; private set; }

    /// <summary>The lines that the console has sent.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Everything that it ever sent.</summary>
    public StringBuilder Everything { get; } = new();

    /// <summary>The most bytes that one poll sent.</summary>
    public int WrittenAtOnceMax { get; private set; }

    public bool WokeFromSleep => false;

    public uint FreeBytes => 81_920;

    public string StepName => _step == 1 ? "nmea vectors" : "flash";

    public bool StepPassed => _step == 1;

    public string StepDetail => _step == 1 ? null! : "journal: 1 bad block";

    int ISelfTestRun.StepMs => 12;

    /// <summary>Sends a line and runs until the console has answered and is quiet; the lines that came.</summary>
    public string[] Ask(string line) => Send(Encoding.UTF8.GetBytes(line + "\n"));

    public string[] Send(byte[] bytes)
    {
        Lines.Clear();
        foreach (var b in bytes)
            _toUnit.Enqueue(b);
        var quiet = 0;
        for (var i = 0; i < StepsMax && quiet < 5; i++)
        {
            var before = Everything.Length;
            Poll();
            quiet = Everything.Length == before && _toUnit.Count == 0 ? quiet + 1 : 0;
        }

        return [.. Lines];
    }

    public void Poll()
    {
        NowMs += StepMs;
        Console.Poll(NowMs);
        Supervisor.Poll(NowMs);
    }

    public void RunFor(long ms)
    {
        for (var until = NowMs + ms; NowMs < until;)
            Poll();
    }

    public int Read(byte[] buffer, int offset, int count)
    {
        var read = 0;
        while (read < count && _toUnit.TryDequeue(out var b))
            buffer[offset + read++] = b;
        return read;
    }

    public void Write(byte[] buffer, int offset, int count)
    {
        WrittenAtOnceMax = Math.Max(WrittenAtOnceMax, count);
        Everything.Append(Encoding.UTF8.GetString(buffer, offset, count));
        foreach (var c in Encoding.UTF8.GetString(buffer, offset, count))
        {
            if (c == '\n')
            {
                Lines.Add(_line.ToString());
                _line.Clear();
            }
            else
            {
                _line.Append(c);
            }
        }
    }

    public void Reboot() => Reboots++;

    public void Reset() => Reboots++;

    public void Begin() => _step = 0;

    public bool RunStep() => ++_step <= 2;

    void IBenchView.Write(JsonWriter into)
    {
        into.Field("supplyMv", 12_640);
        into.Field("temperatureC", 31);
        into.Field("bilgeLevelCm", null);
    }

    private BenchCommand[] Commands() =>
    [
        new InfoCommand(Configuration, Keys, Supervisor, new UnitView(new LinkView(new UnitLinks()), null!, Certificate), TBeamBoard.Model),
        new ConfigGetCommand(Configuration, Secrets),
        new ConfigSetCommand(Configuration, Log),
        new SecretSetCommand(Secrets, Log),
        new CertificateSetCommand(Certificate, Log),
        new KeySetCommand(Keys, Supervisor, Log),
        new SelfTestCommand(this),
        new SensorsCommand(this),
        new LogCommand(Log),
        new RebootCommand(Supervisor),
    ];
}
