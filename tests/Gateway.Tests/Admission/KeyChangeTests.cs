using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Admission;

#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class KeyChangeTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const byte Old = 1;
    private const byte New = 50;
    private const byte Newest = 99;

    private readonly TestBoat _boat = new(17, keySeed: Old);
    private readonly AdmissionBench _bench;

    public KeyChangeTests()
    {
        _bench = new AdmissionBench(Fleet(0, Old, next: New));
    }

    public Task InitializeAsync() => _bench.StartAsync();

    public async Task DisposeAsync()
    {
        _boat.Dispose();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task Change_CompletedByALiveFrame_IsDurableWithIt()
    {
        _bench.Admit(_boat.Frame(1));
        _boat.ChangeKey(New);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(2)));
        await _bench.FlushAsync();

        Assert.Equal(UnitKeyState.First, _bench.Commits[0].State.Keys);
        Assert.Equal(new UnitKeyState(1, GatewayKeyRing.NotSeen), _bench.Commits[1].State.Keys);
        _boat.ChangeKey(Old);
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(_boat.Frame(3)));
        await _bench.RestartAsync();
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(_boat.Frame(3)));
        _boat.ChangeKey(New);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(4)));
    }

    [Fact]
    public async Task Backlog_UnderTheOldKey_IsAdmittedUntilTheBaseHasPassed()
    {
        var backlog = _boat.Event(0);
        var fromAfter = _boat.Event(9);
        _boat.ChangeKey(New);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(5)));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(3)));
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(fromAfter));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(backlog));
        await _bench.FlushAsync();
        Assert.Equal(new UnitKeyState(1, 3), _bench.Commits[^1].State.Keys);

        await _bench.RestartAsync();
        _boat.Condition.OldestHeldBack = 6;
        _boat.ChangeKey(Old);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(2)));
        _boat.ChangeKey(New);
        _bench.Admit(_boat.Status(9));
        _boat.ChangeKey(Old);
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(_boat.Event(1)));
        await _bench.RestartAsync();
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(_boat.Event(1)));
        Assert.Equal([5u, 3, 0, 2, 9], (await _bench.ReadAsync()).Select(record => record.Frame.Counter));
    }

    [Fact]
    public async Task FleetFile_ThatIsToldLaterOfTheChange_ChangesNothing()
    {
        _boat.ChangeKey(New);
        _bench.Admit(_boat.Event(5));
        _bench.Fleet.Replace(Fleet(1, New, previous: Old, next: Newest));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(6)));
        _boat.ChangeKey(Old);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(4)));
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(_boat.Frame(1)));
        _boat.ChangeKey(Newest);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(1)));
        await _bench.FlushAsync();

        Assert.Equal([1, 1, 1, 2], _bench.Commits.Select(commit => commit.State.Keys.Epoch));
        Assert.Equal(4, (await _bench.ReadAsync()).Count);
    }

    [Fact]
    public async Task FleetFile_OfALaterEpochThanTheJournal_IsBelieved()
    {
        _bench.Admit(_boat.Event(0));
        _bench.Fleet.Replace(Fleet(7, Newest, previous: New));
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(_boat.Event(1)));
        _boat.ChangeKey(New);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(1)));
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(_boat.Frame(1)));
        _boat.ChangeKey(Newest);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(1)));
        await _bench.FlushAsync();

        Assert.Equal(7, _bench.Commits[^1].State.Keys.Epoch);
    }

    [Fact]
    public void FleetFile_WithoutTheKeyInUse_BringsNoOlderKeyBack()
    {
        _boat.ChangeKey(New);
        _bench.Admit(_boat.Frame(1));
        _bench.Fleet.Replace(Fleet(0, Old));
        _boat.ChangeKey(Old);
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(_boat.Frame(2)));
        _bench.Fleet.Replace(Fleet(0, Old, next: New));
        _boat.ChangeKey(New);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(2)));
    }

    [Fact]
    public void Unit_TakenOutAndPutBack_KeepsItsCounters()
    {
        _bench.Admit(_boat.Frame(5));
        _bench.Fleet.Replace(TestBoat.Fleet());
        Assert.Equal(FrameRejection.UnknownUnit, _bench.Reject(_boat.Frame(6)));
        _bench.Fleet.Replace(Fleet(0, Old));
        Assert.Equal(AdmissionOutcome.RepeatedReception, _bench.Admit(_boat.Frame(5)));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(6)));
    }

    private static FleetRegistry Fleet(int epoch, byte key, byte? next = null, byte? previous = null) => new(
        OperatingArea.Indonesia,
        [
            new FleetUnit(17, "polairud", "KP 17", Cipher(key)!, epoch) { Next = Cipher(next), Previous = Cipher(previous) },
        ]);

    private static PlatformAesCcm? Cipher(byte? keySeed) => keySeed is { } seed ? new PlatformAesCcm(TestBoat.KeyOf(17, seed)) : null;
}
