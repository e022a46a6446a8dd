using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Host;

public sealed class HostProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Replay_AllAcknowledged_ExitsZeroAndSumsUp()
    {
        using var gateway = new FakeGateway();
        using var host = Replay(gateway, WriteLog(120), "max");

        Assert.Equal(0, host.WaitForExit());
        Assert.Equal(120, gateway.Frames.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count());
        Assert.All(gateway.Frames, frame => Assert.Equal(LiveFrame.AreaBytes, frame.Length));
        Assert.Contains("sentences: 240 used, 0 ignored", host.Output, StringComparison.Ordinal);
        Assert.Contains("fixes: 120 accepted", host.Output, StringComparison.Ordinal);
        Assert.Contains("frames: 120 sent, 120 heard, 120 in acknowledged datagrams", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_TenTimesAsFast_TakesATenthOfTheLogsTime()
    {
        using var gateway = new FakeGateway();
        var startedMs = Environment.TickCount64;
        using var host = Replay(gateway, WriteLog(31), "10");

        Assert.Equal(0, host.WaitForExit());
        Assert.True(Environment.TickCount64 - startedMs >= 3000, $"{Environment.TickCount64 - startedMs} ms for 30 s at ten times the pace");
    }

    [Fact]
    public void Replay_OutsideTheArea_SendsTheWorldKind()
    {
        using var gateway = new FakeGateway();
        using var host = new HostProcess([.. Arguments(gateway.EndPoint.ToString(), WriteLog(5), "max"), "--area", "40,-10"]);

        Assert.Equal(0, host.WaitForExit());
        Assert.All(gateway.Frames, frame => Assert.Equal(LiveFrame.WorldBytes, frame.Length));
    }

    [Fact]
    public void Replay_EarliestDateAfterTheLog_RefusesAllAndFails()
    {
        using var gateway = new FakeGateway();
        using var host = new HostProcess([.. Arguments(gateway.EndPoint.ToString(), WriteLog(5), "max"), "--earliest-date", "2099-01-01"]);

        Assert.Equal(1, host.WaitForExit());
        Assert.Contains("5 BeforeEarliestDate", host.Output, StringComparison.Ordinal);
        Assert.Empty(gateway.Frames);
    }

    [Fact]
    public void Replay_NoGateway_FailsWithTheReason()
    {
        using var host = new HostProcess(Arguments($"127.0.0.1:{FreePorts.Udp()}", WriteLog(5), "max"));

        Assert.Equal(1, host.WaitForExit());
        Assert.Contains("the gateway acknowledged nothing", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_NoKey_FailsAndSaysHowToMakeOne()
    {
        using var host = new HostProcess("replay", "--log", WriteLog(1), "--state", _folder.Path);

        Assert.Equal(1, host.WaitForExit());
        Assert.Contains("openssl rand -hex 16", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_DamagedKey_FailsWithoutPrintingIt()
    {
        const string damaged = "00112233445566778899aabbccddeefx";
        File.WriteAllText(_folder.File("unit-1.key"), damaged);
        using var host = new HostProcess("replay", "--log", WriteLog(1), "--state", _folder.Path);

        Assert.Equal(1, host.WaitForExit());
        Assert.Contains("hexadecimal", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("00112233", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_NoSuchLog_FailsWithItsName()
    {
        HostProcess.WriteKey(_folder.File("unit-1.key"));
        using var host = new HostProcess("replay", "--log", _folder.File("none.log"), "--state", _folder.Path);

        Assert.Equal(1, host.WaitForExit());
        Assert.Contains("none.log", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_DamagedCounter_SendsNothing()
    {
        File.WriteAllText(_folder.File("unit-1.live-counter"), "00000000 00000000\n");
        using var gateway = new FakeGateway();
        using var host = Replay(gateway, WriteLog(5), "max");

        Assert.Equal(1, host.WaitForExit());
        Assert.Contains("damaged", host.Output, StringComparison.Ordinal);
        Assert.Empty(gateway.Frames);
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("replay", "--log", "x", "--speed", "0")]
    [InlineData("replay", "--log", "x", "--gateway", "nowhere")]
    [InlineData("replay", "--log", "x", "--unit", "16384")]
    [InlineData("replay", "--log", "x", "--earliest-date", "2027-02-30")]
    [InlineData("simulate", "--duration", "-1")]
    [InlineData("sail")]
    public void Start_WrongArguments_ExitsTwo(params string[] arguments)
    {
        using var host = new HostProcess(arguments);

        Assert.Equal(2, host.WaitForExit());
    }

    [Fact]
    public void Start_SecondTimeOnTheSameState_IsRefused()
    {
        using var gateway = new FakeGateway();
        HostProcess.WriteKey(_folder.File("unit-1.key"));
        string[] arguments = ["simulate", "--state", _folder.Path, "--gateway", gateway.EndPoint.ToString(), "--speed", "20"];
        using var first = new HostProcess(arguments);
        FakeGateway.WaitFor(() => gateway.Frames.Count > 0, "the first frame");
        using var second = new HostProcess(arguments);

        Assert.Equal(1, second.WaitForExit());
        Assert.Contains("perhaps because it runs already", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Simulate_Duration_SendsPositionsOfTheRiauIslands()
    {
        using var gateway = new FakeGateway();
        var key = HostProcess.WriteKey(_folder.File("unit-1.key"));
        using var host = new HostProcess(
            "simulate", "--state", _folder.Path, "--gateway", gateway.EndPoint.ToString(), "--speed", "200", "--duration", "300", "--seed", "3");

        Assert.Equal(0, host.WaitForExit());
        Assert.InRange(gateway.Frames.Count, 200, 300);
        var opened = new FrameOpener(Convert.FromHexString(File.ReadAllText(key).Trim()));
        foreach (var frame in gateway.Frames)
        {
            var position = opened.Open(frame, out _);
            Assert.InRange(position.LatitudeE5, 85_000, 130_000);
            Assert.InRange(position.LongitudeE5, 10_405_000, 10_442_000);
        }
    }

    [Fact]
    public void Replay_KilledAgainAndAgain_NeverUsesACounterTwice()
    {
        using var gateway = new FakeGateway();
        var key = HostProcess.WriteKey(_folder.File("unit-1.key"));
        var log = WriteLog(20_000);
        for (var life = 0; life < 5; life++)
        {
            var before = gateway.Frames.Count;
            using var host = Replay(gateway, log, "max");

            // Each life some frames longer, and one beyond a reservation.
            FakeGateway.WaitFor(() => gateway.Frames.Count > before + (life * 400), "frames of this life");
            host.Kill();
        }

        var opener = new FrameOpener(Convert.FromHexString(File.ReadAllText(key).Trim()));
        var used = new Dictionary<uint, string>();
        foreach (var frame in gateway.Frames)
        {
            opener.Open(frame, out var counter);

            // The same bytes again are a datagram sent again; other bytes would be a nonce used twice.
            var text = Convert.ToHexString(frame);
            Assert.True(used.TryAdd(counter, text) || used[counter] == text, $"counter {counter} sealed two frames");
        }

        Assert.True(used.Count > 2000);
        Assert.True(used.Keys.Max() >= 4000, "five lives begin at five reservations");
    }

    private HostProcess Replay(FakeGateway gateway, string log, string speed) =>
        new(Arguments(gateway.EndPoint.ToString(), log, speed));

    private string[] Arguments(string gateway, string log, string speed)
    {
        var key = _folder.File("unit-1.key");
        if (!File.Exists(key))
            HostProcess.WriteKey(key);

        return ["replay", "--log", log, "--speed", speed, "--gateway", gateway, "--state", _folder.Path];
    }

    private string WriteLog(int epochs)
    {
        var path = _folder.File($"{epochs}.log");
        var boat = new PatrolBoat(PatrolRoute.RiauIslands, 1);
        var receiver = new SimulatedReceiver(new SimulatedReceiverOptions { ColdStartEpochs = 0 });
        var buffer = new byte[SimulatedReceiver.EpochBytesMax];
        var utc = new DateTime(2027, 1, 1, 22, 0, 0, DateTimeKind.Utc);
        using var file = File.Create(path);
        for (var i = 0; i < epochs; i++)
        {
            boat.Step();
            file.Write(buffer, 0, receiver.WriteEpoch(boat.State, utc.AddSeconds(i), buffer));
        }

        return path;
    }
}
