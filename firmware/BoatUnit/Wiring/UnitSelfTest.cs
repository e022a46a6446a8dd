using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.BoatUnit.Gnss;
using BoatTelemetry.BoatUnit.Security;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.SelfTest;
using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>
/// The self-test as the bench console runs it: the golden vectors on the chip's own cryptography, one a step, then what is
/// fitted: receiver, sensors, radio, modem, Wi-Fi, flash.
/// </summary>
public sealed class UnitSelfTest : ISelfTestRun, IMicrosecondClock, IFreeMemory
{
    private const int UsPerMs = 1_000;
    private const int PartSteps = 6;

    private readonly IUnitClock _clock;
    private readonly ReceiverPort _receiver;
    private readonly BoardSensors _sensors;
    private readonly UnitLinks _links;
    private readonly LinkView _view;
    private readonly UnitPlatform _platform;
    private VectorSelfTest _vectors;
    private int _part;

    public UnitSelfTest(UnitPlatform platform, ReceiverPort receiver, BoardSensors sensors, UnitLinks links, LinkView view)
    {
        _platform = platform;
        _clock = platform.Clock;
        _receiver = receiver;
        _sensors = sensors;
        _links = links;
        _view = view;
    }

    /// <inheritdoc/>
    public string StepName { get; private set; }

    /// <inheritdoc/>
    public bool StepPassed { get; private set; }

    /// <inheritdoc/>
    public string StepDetail { get; private set; }

    /// <inheritdoc/>
    public int StepMs { get; private set; }

    /// <inheritdoc/>
    long IMicrosecondClock.NowUs => _clock.MonotonicMs * UsPerMs;

    /// <inheritdoc/>
    long IFreeMemory.FreeBytes => nanoFramework.Runtime.Native.GC.Run(false);

    /// <inheritdoc/>
    public void Begin()
    {
        // Made for the run and left to the collector: about 20 KB that a unit at sea has no use for.
        _vectors = new VectorSelfTest(new SelfTestVectors(), new NativeAesFactory(), this, this, 1);
        _part = 0;
    }

    /// <inheritdoc/>
    public bool RunStep()
    {
        long startMs = _clock.MonotonicMs;
        StepDetail = null;
        if (_vectors != null)
        {
            if (RunVector(startMs))
            {
                return true;
            }

            _vectors = null;
        }

        if (_part == PartSteps)
        {
            return false;
        }

        RunPart(_part);
        _part++;
        StepMs = (int)(_clock.MonotonicMs - startMs);
        return true;
    }

    private bool RunVector(long startMs)
    {
        int failed = _vectors.Failed;
        if (!_vectors.Step())
        {
            return false;
        }

        StepName = _vectors.LastName;
        StepPassed = _vectors.Failed == failed;
        StepMs = (int)(_clock.MonotonicMs - startMs);
        return true;
    }

    private void RunPart(int part)
    {
        switch (part)
        {
            case 0:
                Say("receiver", !_receiver.IsFaulty, _receiver.BaudBps.ToString() + " baud");
                break;
            case 1:
                int faults = (int)_sensors.Readings.Faults;
                Say("sensors", faults == (int)SensorFaults.None, faults == 0 ? null : "faults " + faults.ToString());
                break;
            case 2:
                SayLink("radio", _links.LoRa);
                break;
            case 3:
                SayModem();
                break;
            case 4:
                SayWifi();
                break;
            default:
                byte[] one = new byte[1];
                Say("flash", _platform.Storage.Journal.Read(0, 0, one, 0, 1) == FlashResult.Done, null);
                break;
        }
    }

    private void SayLink(string name, IUnitLink link)
    {
        if (link == null)
        {
            Say(name, true, "not in use");
            return;
        }

        bool works = link.State == LinkState.Ready || link.State == LinkState.Busy;
        Say(name, works, works ? null : link.State == LinkState.Starting ? "starting" : "down");
    }

    // Over the console: it has the port that the modem waits for.
    private void SayModem()
    {
        if (_links.Cellular != null && _links.Cellular.IsWaiting)
        {
            Say("modem", true, LinkView.Waiting);
            return;
        }

        SayLink("modem", _links.Cellular);
    }

    // What comes of not being in harbour is told and does not fail the step.
    private void SayWifi()
    {
        string failure = _view.WifiFailure();
        if (failure == null)
        {
            SayLink("wifi", _links.Wifi);
            StepPassed = true;
            return;
        }

        bool isStarting = _links.Wifi != null && _links.Wifi.State == LinkState.Starting;
        Say("wifi", isStarting || !LinkView.IsFault(failure), failure);
    }

    private void Say(string name, bool passed, string detail)
    {
        StepName = name;
        StepPassed = passed;
        StepDetail = detail;
    }
}
