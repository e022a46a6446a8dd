using System.Diagnostics.Metrics;
using System.Net;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Ingest.PacketForwarder;

/// <summary>Who may speak for a concentrator, how fast, and what it tells of itself. Linux has all of 127.0.0.0/8.</summary>
public sealed class ConcentratorAccessTests
{
    private const ulong Eui = 0xAA555A0000000000;

    [Fact]
    public async Task PullData_FromAnotherAddress_DoesNotTakeOverDownlinksThatAreInUse()
    {
        await using var stages = new Stages();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port);
        using var intruder = new TestForwarder(server.LocalEndPoint.Port, from: "127.0.0.2");
        await forwarder.PullAsync();
        await intruder.PullAsync();

        var heard = await ConcentratorPeerTests.HearAsync(stages, server);
        Assert.Equal(DownlinkOutcome.Sent, await heard.Path!.SendAsync(new byte[16], 1, heard, CancellationToken.None));

        Assert.Single(forwarder.Orders);
        Assert.Empty(intruder.Orders);
        Assert.Equal(1, stages.ForwarderMetrics.PullData[PullOutcome.Contested]);
    }

    [Fact]
    public async Task PullData_FromAnotherPort_IsTheForwarderStartedAgain()
    {
        await using var stages = new Stages();
        var server = await stages.StartForwarderAsync();
        using (var before = new TestForwarder(server.LocalEndPoint.Port))
            await before.PullAsync();
        using var after = new TestForwarder(server.LocalEndPoint.Port);
        await after.PullAsync();

        var heard = await ConcentratorPeerTests.HearAsync(stages, server);
        Assert.Equal(DownlinkOutcome.Sent, await heard.Path!.SendAsync(new byte[16], 1, heard, CancellationToken.None));

        Assert.Single(after.Orders);
        Assert.Equal(1, stages.ForwarderMetrics.PullData[PullOutcome.PortMoved]);
    }

    [Fact]
    public void Take_AfterASilence_AnotherAddressIsLearned()
    {
        var pull = new PullAddress();
        var one = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 1000).Serialize();
        var other = new IPEndPoint(IPAddress.Parse("10.0.0.2"), 1000).Serialize();

        Assert.Null(pull.At(0, 60_000));
        Assert.Equal(PullOutcome.Learned, pull.Take(one, 2, 0, 60_000));
        Assert.Equal(PullOutcome.Contested, pull.Take(other, 2, 60_000, 60_000));
        Assert.Equal(one, pull.At(60_000, 60_000));
        Assert.Null(pull.At(60_001, 60_000));
        Assert.Equal(PullOutcome.Learned, pull.Take(other, 1, 60_001, 60_000));
        Assert.Equal(other, pull.At(60_001, 60_000));
        Assert.Equal(1, pull.Version);
    }

    [Fact]
    public async Task Registered_FromAnAddressItMayNotHave_IsNeitherHeardNorAnsweredNorLearned()
    {
        await using var stages = new Stages();
        var server = await stages.StartForwarderAsync(fleet: Registered("127.0.0.8/29"));
        using var allowed = new TestForwarder(server.LocalEndPoint.Port, Eui, "127.0.0.9");
        using var other = new TestForwarder(server.LocalEndPoint.Port, Eui, "127.0.0.1");
        other.SendPull();
        await Eventually.TrueAsync(
            () => stages.Metrics.PacketForwarderRejections[PacketForwarderRejection.AddressNotAllowed] == 1, "refused");

        await allowed.PullAsync();

        Assert.Equal(0, other.PullAcks);
        Assert.Equal(1, stages.ForwarderMetrics.PullData[PullOutcome.Learned]);
        Assert.Equal(0, stages.ForwarderMetrics.PullData[PullOutcome.Contested]);
    }

    [Fact]
    public async Task Unregistered_WhereRefused_IsCountedAndOthersGoOn()
    {
        await using var stages = new Stages();
        var options = new PacketForwarderOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), TakesUnregistered = false };
        var server = await stages.StartForwarderAsync(options, Registered());
        using var stranger = new TestConcentrator(server.LocalEndPoint.Port, 0x1234);
        using var known = new TestConcentrator(server.LocalEndPoint.Port, Eui);

        await stranger.SendAsync(TestConcentrator.PushData(0x1234, 1, [[1]]));
        await known.PushAsync([[2]]);

        await Eventually.TrueAsync(() => stages.Metrics.FramesQueued.Count == 1, "the known one is taken");
        Assert.Equal(1, stages.Metrics.PacketForwarderRejections[PacketForwarderRejection.Unregistered]);
    }

    [Fact]
    public async Task Source_BeyondItsRate_IsRefusedAndCounted()
    {
        await using var stages = new Stages(time: new ManualTime());
        var options = new PacketForwarderOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), DatagramsPerS = 1 };
        var server = await stages.StartForwarderAsync(options);
        using var flood = new TestConcentrator(server.LocalEndPoint.Port);
        using var other = new TestForwarder(server.LocalEndPoint.Port, from: "127.0.0.3");

        for (var i = 0; i < 20; i++)
            await flood.SendAsync(TestConcentrator.PushData(Eui, 1, [[1]]));
        await other.PullAsync();

        Assert.Equal(20 - 1, stages.Metrics.PacketForwarderRejections[PacketForwarderRejection.RateExceeded]);
    }

    [Fact]
    public void Judge_KnownSourceAndConcentrator_AllocatesNothing()
    {
        var limit = new AddressRates(1_000_000, 1_000_000, 64);
        var from = new IPEndPoint(IPAddress.Parse("10.1.2.3"), 40_000).Serialize();
        var registered = new FleetConcentrator(Eui, "mast") { AllowedSources = [IPNetwork.Parse("10.0.0.0/8")] };
        var peer = new ConcentratorPeer(Eui, null!);
        var isGood = true;

        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var i = 0; i < 1000; i++)
            {
                var source = SourceEndPoint.Of(from);
                isGood &= limit.TryTake(source.Address, 0) && peer.IsAllowed(registered, in source);
            }
        }));
        Assert.True(isGood);
        Assert.Equal("10.1.2.3:40000", SourceEndPoint.Of(from).ToString());
        Assert.Equal("[2001:db8::7]:9", SourceEndPoint.Of(new IPEndPoint(IPAddress.Parse("2001:db8::7"), 9).Serialize()).ToString());
    }

    [Fact]
    public async Task Statistics_OfTwoConcentrators_AreSummedApartAndTaggedWithTheirIdentity()
    {
        await using var stages = new Stages();
        var server = await stages.StartForwarderAsync();
        using var one = new TestConcentrator(server.LocalEndPoint.Port, 1);
        using var two = new TestConcentrator(server.LocalEndPoint.Port, 2);
        const string Stat = """{"stat":{"time":"2026-11-23 08:00:00 GMT","rxnb":5,"rxok":4,"rxfw":3,"ackr":99.5,"dwnb":2,"txnb":1,"temp":-3.5}}""";
        await one.AskAsync(TestConcentrator.Datagram(1, 1, 0, Stat));
        await one.AskAsync(TestConcentrator.Datagram(1, 2, 0, Stat));
        await two.AskAsync(TestConcentrator.Datagram(2, 3, 0, """{"stat":{"rxnb":7,"rxok":-1,"rxfw":"x"}}"""));
        await Eventually.TrueAsync(() => stages.Metrics.ConcentratorStatistics.Count == 3, "all told");

        Assert.Equal([("0000000000000001", 10L), ("0000000000000002", 7L)], Measure(stages, "concentrator.rx"));
        Assert.Equal([("0000000000000001", 8L), ("0000000000000002", 0L)], Measure(stages, "concentrator.rx_ok"));
        Assert.Equal([("0000000000000001", 995L)], Measure(stages, "concentrator.acknowledged_permille"));
        Assert.Equal([("0000000000000001", -35L)], Measure(stages, "concentrator.temperature_deci_c"));
        Assert.Equal([("0000000000000001", 0L), ("0000000000000002", 0L)], Measure(stages, "concentrator.reachable"));
    }

    private static FleetRegistry Registered(params string[] sources) => new(
        OperatingArea.Indonesia, [], [new FleetConcentrator(Eui, "mast") { AllowedSources = [.. sources.Select(IPNetwork.Parse)] }]);

    private static List<(string Eui, long Value)> Measure(Stages stages, string name)
    {
        List<(string, long)> measured = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, stages.Metrics.Meter) && instrument.Name == name)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => measured.Add(((string)tags[0].Value!, value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. measured.Order()];
    }
}
