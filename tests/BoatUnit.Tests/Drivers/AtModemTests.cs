using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

public sealed class AtModemTests(ITestOutputHelper output)
{
    private const int ReadyMs = 10_000;

    // Sync in vain (3 rounds of 10 tries), the longest first pause, the key, the start, and the way up again.
    private const int RecoveryMs = 60_000;

    public static TheoryData<SimulatedModemFamily> Families => [SimulatedModemFamily.Sim7080, SimulatedModemFamily.A7672];

    [Theory]
    [MemberData(nameof(Families))]
    public void Modem_WithNetwork_IsReadyAndSendsAndReceives(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family);
        output.WriteLine($"ready after {bench.RunUntilReady(ReadyMs)} ms");

        bench.SendUntilSent(Frame(222), 2_000);
        bench.Socket.Deliver(Frame(16));
        bench.Socket.Deliver(Frame(35));
        var buffer = new byte[300];
        var length = 0;
        bench.RunUntil(() => (length = bench.Link.Receive(buffer, 10)) > 0, 2_000, "first frame");
        Assert.Equal(Frame(16), buffer[10..(10 + length)]);
        bench.RunUntil(() => (length = bench.Link.Receive(buffer, 0)) > 0, 2_000, "second frame");
        Assert.Equal(Frame(35), buffer[..length]);
        Assert.Equal(-73, bench.Link.RssiDbm);
        Assert.Equal(1, bench.Driver.DatagramsSent);
        Assert.Equal(ModemFailure.None, bench.Driver.LastFailure);
        Assert.Equal(0, bench.KeyPresses);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Modem_LeftAtAnotherRate_IsFoundAndSet(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family, fit: modem => modem.Baud = 9_600);

        bench.RunUntilReady(ReadyMs);

        Assert.Equal(115_200, bench.Modem.Baud);
        Assert.Equal(0, bench.KeyPresses);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Modem_SwitchedOff_IsSwitchedOnByItsKey(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family);
        bench.RunUntilReady(ReadyMs);
        bench.Press(true);
        bench.Run(2_000);
        bench.Press(false);
        Assert.False(bench.Modem.IsOn);

        bench.RunUntil(() => bench.Link.State == LinkState.Down, 120_000, "down");
        bench.RunUntilReady(RecoveryMs);

        Assert.Equal(2, bench.KeyPresses);
        bench.SendUntilSent(Frame(20), 5_000);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Registration_Dropped_IsWaitedForAndTheContextMadeAnew(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family);
        bench.RunUntilReady(ReadyMs);

        bench.Modem.ChangeRegistration(2);
        bench.RunUntil(() => bench.Link.State != LinkState.Ready, 1_000, "not ready");
        Assert.Equal(LinkResult.Down, bench.Link.Send(Frame(20), 0, 20));
        bench.Run(60_000);
        Assert.Equal(ModemState.Registering, bench.Driver.State);
        bench.Modem.ChangeRegistration(1);

        bench.RunUntilReady(ReadyMs);
        Assert.Equal(1, bench.Driver.FailureCount(ModemFailure.RegistrationLost));
        bench.SendUntilSent(Frame(21), 2_000);
    }

    [Fact]
    public void Registration_NeverComing_ResetsTheModemWithPausesThatGrow()
    {
        using var bench = new ModemBench(fit: modem => modem.Registration = 3, hasPowerKey: false);

        bench.Run(3_600_000);

        var denied = bench.Driver.FailureCount(ModemFailure.RegistrationDenied);
        output.WriteLine($"{denied} attempts in an hour");
        Assert.InRange(denied, 5, 12);
        Assert.Equal(denied, bench.Driver.RungCount(ModemRung.Reset));
        bench.Modem.Registration = 5;
        bench.RunUntil(() => bench.Modem.Starts > 0 && bench.Link.State != LinkState.Down, 600_000, "next attempt");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Modem_ThatAnswersGarbage_RecoversWhenItStartsAnew(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family);
        bench.RunUntilReady(ReadyMs);

        bench.Modem.SaysGarbage = true;
        bench.Link.Send(Frame(20), 0, 20);
        bench.RunUntil(() => bench.KeyPresses > 0, RecoveryMs, "power key");
        bench.Modem.SaysGarbage = false;
        Assert.Equal(1, bench.Driver.DatagramsFailed);
        Assert.True(bench.Driver.Lines.LinesSpoilt > 0);

        bench.RunUntilReady(2 * RecoveryMs);
        bench.SendUntilSent(Frame(22), 5_000);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Modem_ThatStopsMidLine_RecoversByItsKey(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family);
        bench.RunUntilReady(ReadyMs);
        bench.Run(2_000);

        bench.Modem.StopsMidLine = true;
        bench.Link.Send(Frame(20), 0, 20);
        bench.RunUntil(() => bench.Driver.RungCount(ModemRung.PowerKey) > 0, RecoveryMs, "power key");

        // The first press switches the hung modem off, the second on.
        bench.RunUntilReady(2 * RecoveryMs);
        Assert.Equal(2, bench.KeyPresses);
        bench.SendUntilSent(Frame(23), 5_000);
    }

    [Fact]
    public void Modem_SilentWithoutKey_TriesForEverAndComesBack()
    {
        using var bench = new ModemBench(hasPowerKey: false);
        bench.RunUntilReady(ReadyMs);

        bench.Modem.IsSilent = true;
        bench.Run(7_200_000);
        Assert.Equal(LinkState.Down, bench.Link.State);
        var failures = bench.Driver.FailureCount(ModemFailure.NoAnswer);
        output.WriteLine($"{failures} attempts in two hours");
        Assert.InRange(failures, 15, 60);
        bench.Modem.IsSilent = false;

        // The longest pause and a quarter, the order to reset, the start.
        bench.RunUntilReady(400_000);
    }

    [Fact]
    public void Sim_Missing_IsToldAndNoticedWhenPutIn()
    {
        using var bench = new ModemBench(fit: modem => modem.HasSim = false, hasPowerKey: false);

        bench.RunUntil(() => bench.Driver.LastFailure == ModemFailure.NoSim, 40_000, "NoSim");
        Assert.Equal(LinkState.Down, bench.Link.State);
        bench.Modem.HasSim = true;

        bench.RunUntilReady(30_000);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Socket_Closed_IsOpenedAnew(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family);
        bench.RunUntilReady(ReadyMs);

        bench.Modem.CloseSocket();
        bench.RunUntil(() => bench.Link.State != LinkState.Ready, 1_000, "not ready");
        bench.RunUntilReady(ReadyMs);

        Assert.Equal(1, bench.Driver.RungCount(ModemRung.ReopenSocket));
        Assert.Equal(0, bench.Modem.Starts);
        bench.SendUntilSent(Frame(24), 2_000);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Send_AlwaysRefused_ClimbsToTheKeyAndNoFurther(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family, fit: modem => modem.RefusesSend = true);

        bench.RunUntil(
            () =>
            {
                bench.Link.Send(Frame(20), 0, 20);
                return bench.Driver.RungCount(ModemRung.PowerKey) > 0;
            },
            300_000,
            "power key");

        Assert.Equal(1, bench.Driver.RungCount(ModemRung.ReopenSocket));
        Assert.Equal(1, bench.Driver.RungCount(ModemRung.Attach));
        Assert.Equal(1, bench.Driver.RungCount(ModemRung.Reset));
        Assert.Equal(bench.Driver.FailureCount(ModemFailure.SendRefused), bench.Driver.DatagramsFailed);
        bench.Modem.RefusesSend = false;
        bench.SendUntilSent(Frame(25), 2 * RecoveryMs);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Context_Refused_IsTriedAgainUntilGranted(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family, fit: modem => modem.RefusesContext = true);

        bench.RunUntil(() => bench.Driver.FailureCount(ModemFailure.ContextLost) >= 2, 300_000, "refused twice");
        bench.Modem.RefusesContext = false;

        bench.RunUntilReady(300_000);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Modem_ThatStartsAnewByItself_IsSetUpAgain(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family);
        bench.RunUntilReady(ReadyMs);
        bench.Run(5_000);

        bench.Modem.Restart();
        bench.RunUntil(() => bench.Driver.FailureCount(ModemFailure.Restarted) == 1, 10_000, "noticed");
        bench.RunUntilReady(ReadyMs);

        bench.SendUntilSent(Frame(26), 2_000);
        Assert.Equal(0, bench.KeyPresses);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Modem_ThatIsSlow_IsWaitedFor(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family, options => options.SyncTimeoutMs = 2_000, modem => modem.AnswerDelayMs = 1_500);

        bench.RunUntilReady(120_000);
        bench.SendUntilSent(Frame(27), 30_000);

        Assert.Equal(ModemFailure.None, bench.Driver.LastFailure);
    }

    [Fact]
    public void NetworkTime_ThatIsSet_IsTold_AndTheFactoryTimeIsNot()
    {
        using var bench = new ModemBench();
        bench.RunUntilReady(ReadyMs);
        bench.Run(2_000);
        Assert.Empty(bench.Times);

        // 11:31:05 in a zone of UTC+7 (28 quarter hours).
        bench.Modem.ClockText = "26/11/23,11:31:05+28";
        bench.RunUntil(() => bench.Times.Count > 0, 3_700_000, "time");

        var (utcMs, monotonicMs) = bench.Times[0];
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 4, 31, 5, TimeSpan.Zero).ToUnixTimeMilliseconds(), utcMs);
        Assert.InRange(monotonicMs, bench.NowMs - (2 * ModemBench.StepMs), bench.NowMs);
    }

    [Fact]
    public void Signal_Of99_IsUnknown()
    {
        using var bench = new ModemBench(fit: modem => modem.Signal = 99);

        bench.RunUntilReady(ReadyMs);
        bench.Run(1_000);

        Assert.Equal(RadioLevel.Unknown, bench.Link.RssiDbm);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Datagram_LongerThanAnyFrame_IsCountedAndDropped(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family);
        bench.RunUntilReady(ReadyMs);

        bench.Socket.Deliver(Frame(223));
        bench.Socket.Deliver(Frame(1_000));
        bench.Socket.Deliver(Frame(17));
        var buffer = new byte[222];
        var length = 0;
        bench.RunUntil(() => (length = bench.Link.Receive(buffer, 0)) > 0, 3_000, "frame");

        Assert.Equal(17, length);
        Assert.Equal(2, bench.Link.Received.Overlong);
    }

    [Fact]
    public void Datagrams_MoreThanTheRingHolds_AreCounted()
    {
        using var bench = new ModemBench();
        bench.RunUntilReady(ReadyMs);

        for (var i = 0; i < 11; i++)
            bench.Socket.Deliver(Frame(16 + i));
        bench.Run(5_000);

        Assert.Equal(3, bench.Link.Received.Overflowed);
        var buffer = new byte[222];
        for (var i = 0; i < 8; i++)
            Assert.Equal(16 + i, bench.Link.Receive(buffer, 0));
        Assert.Equal(0, bench.Link.Receive(buffer, 0));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Send_InSteadyState_AllocatesNothing(SimulatedModemFamily family)
    {
        using var bench = new ModemBench(family);
        bench.RunUntilReady(ReadyMs);
        var answers = new RecordedModem(family);
        Facade.Wires.BoardWires.Current.Connect<Facade.Wires.IUartLine>("COM3", answers);
        var frame = Frame(64);
        bench.Run(5_000);
        SendTimes(bench, frame, 50);
        var sentBefore = 0;

        var allocated = Allocated.Least(_ =>
        {
            sentBefore = bench.Driver.DatagramsSent;
            SendTimes(bench, frame, 200);
        });

        Assert.Equal(200, bench.Driver.DatagramsSent - sentBefore);
        Assert.Equal(0, allocated);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Modem_UnderRandomFaults_AlwaysComesBack(SimulatedModemFamily family)
    {
        var random = Seed.New(output);
        using var bench = new ModemBench(family, options => options.Seed = random.Next());
        for (var round = 0; round < 40; round++)
        {
            bench.RunUntil(
                () =>
                {
                    if (random.Next(200) == 0)
                    {
                        var frame = Frame(1 + random.Next(222));
                        bench.Link.Send(frame, 0, frame.Length);
                    }
                    if (random.Next(500) == 0)
                        bench.Modem.SayUnasked(random.Next(2) == 0 ? "+CPIN: READY" : "+CGREG: " + new string('9', random.Next(200)));
                    return random.Next(1_000) == 0;
                },
                1_000_000,
                "next fault");
            Break(bench, random.Next(7));
            bench.Run(random.Next(60_000));
            Mend(bench);

            // The longest pause, with the longest sync before and the key pressed twice after it.
            bench.SendUntilSent(Frame(1 + random.Next(222)), 1_000_000);
        }
    }

    private static void Break(ModemBench bench, int fault)
    {
        switch (fault)
        {
            case 0:
                bench.Modem.ChangeRegistration(2);
                break;
            case 1:
                bench.Modem.SaysGarbage = true;
                break;
            case 2:
                bench.Modem.StopsMidLine = true;
                break;
            case 3:
                bench.Modem.CloseSocket();
                break;
            case 4:
                bench.Modem.Restart();
                break;
            case 5:
                bench.Modem.Baud = 38_400;
                break;
            default:
                bench.Modem.IsSilent = true;
                break;
        }
    }

    private static void Mend(ModemBench bench)
    {
        bench.Modem.SaysGarbage = false;
        bench.Modem.StopsMidLine = false;
        bench.Modem.IsSilent = false;
        bench.Modem.ChangeRegistration(1);
    }

    private static void SendTimes(ModemBench bench, byte[] frame, int times)
    {
        for (var i = 0; i < times; i++)
        {
            bench.Link.Send(frame, 0, frame.Length);
            bench.Run(100);
        }
    }

    private static byte[] Frame(int length)
    {
        var frame = new byte[length];
        for (var i = 0; i < length; i++)
            frame[i] = (byte)((i * 7) + length);
        return frame;
    }
}
