using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tests.Journal;
using BoatTelemetry.Core.Tests.Reports;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Core.Tests.Links;

/// <summary>From the sealed command to its effect: receiver, executor, dispatcher and status as on a boat.</summary>
public sealed class DownlinkCommandTests : IDisposable, ISosIndicator, IKeyUser
{
    private const uint FirstCounter = 533_000_000;

    private readonly ReportingUnit _unit = new();
    private readonly SimulatedFlash _flash = new(4, 4096, 4);
    private readonly SimulatedAes _aes = new(KeyOf(1));
    private readonly SimulatedAes _nextAes = new(KeyOf(2));
    private readonly ScriptedLink _link = new(LinkKind.Wifi);
    private readonly MemoryJournal _journal = new();
    private readonly FrameCodec _codec = new();
    private readonly UnitKeys _keys;
    private readonly LinkDispatcher _dispatcher;
    private readonly DownlinkReceiver _receiver;
    private uint _counter = FirstCounter;
    private uint _shownFor;

    public DownlinkCommandTests()
    {
        _keys = new UnitKeys(_flash, 0, 4);
        Assert.True(_keys.TryProvision(KeyOf(1)));
        _unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
        _dispatcher = new LinkDispatcher([_link], _journal, new DispatchOptions(), 1);
        var executor = new CommandExecutor(
            _keys, _unit.Clock, _unit.Schedule, _unit.Track, _unit.Status, _unit.State, _dispatcher, this, this);
        _receiver = new DownlinkReceiver(77, _keys, [_link], _dispatcher, _journal, executor, this, _unit.Status, _unit.Clock);
        ((IKeyUser)this).KeysChanged();
        for (uint counter = 10; counter < 20; counter++)
        {
            var frame = new byte[24];
            FrameHeader.WriteDurable(frame, 0, FrameKind.Status, 0, 77, counter);
            _journal.Append(frame, 0, frame.Length, false);
        }
    }

    bool ISosIndicator.TryShowAcknowledged(uint eventCounter, int code) => (_shownFor = eventCounter) == eventCounter;

    void IKeyUser.KeysChanged()
    {
        var key = new byte[16];
        _keys.CopyCurrent(key);
        var isNext = key[0] == 2;
        _receiver.UseKeys(new AesCcm(isNext ? _nextAes : _aes), _keys.HasPrevious ? new AesCcm(_aes) : null);
    }

    [Fact]
    public void Take_BacklogRange_IsSentBeforeTheRest()
    {
        Take(new Command { Kind = CommandKind.BacklogRange, FromCounter = 16, ToCounter = 16 });
        AssertTold(CommandResult.Done);
        _dispatcher.Poll(1_000);
        Assert.Equal(16u, DispatchWorld.CounterOf(Assert.Single(_link.Sent).Frame));
    }

    [Fact]
    public void Take_ExpiredOrNotToBeRemembered_HasNoEffectAndIsTold()
    {
        var command = new Command { Kind = CommandKind.BacklogRange, FromCounter = 16, ToCounter = 16 };
        command.ExpiryUtcMs = ReportingUnit.StartUtcMs - 60_000;
        Take(command);
        AssertTold(CommandResult.RefusedExpired);
        Assert.Equal(_counter - 1, (uint)_keys.LastCommand);
        for (var block = 0; block < 4; block++)
            _flash.SetFault(block, BlockFault.Unwritable);
        command.ExpiryUtcMs = ReportingUnit.StartUtcMs + 60_000;
        Take(command);
        AssertTold(CommandResult.Failed);
        _dispatcher.Poll(1_000);
        Assert.NotEqual(16u, DispatchWorld.CounterOf(Assert.Single(_link.Sent).Frame));
    }

    [Fact]
    public void Take_SosAcknowledged_IsShownAndTheSosEnds()
    {
        var sos = new byte[24];
        FrameHeader.WriteDurable(sos, 0, FrameKind.Event, 0, 77, 20);
        _dispatcher.Stored(sos, 24, 20, FrameKind.Event, true);
        Take(new Command { Kind = CommandKind.SosAcknowledged, EventCounter = 20, SosCode = 9 });
        Assert.Equal((20u, 0), (_shownFor, _dispatcher.UrgentFrames));
    }

    [Fact]
    public void Take_KeyChange_UsesTheNewKeyAndTheOldOneUntilTheNewOneIsHeard()
    {
        var command = new Command { Kind = CommandKind.KeyChange };
        KeyOf(2).CopyTo(command.Key, 0);
        Take(command);
        AssertTold(CommandResult.Done);
        Assert.Equal(StatusCause.KeyChanged, _unit.Status.Pending);

        // The gateway has not heard the new key and repeats; then another key under the old one is refused.
        Take(command);
        AssertTold(CommandResult.Done);
        command.Key[0] = 3;
        Take(command);
        AssertTold(CommandResult.Failed);
        Assert.True(_keys.HasPrevious);
        Take(new Command { Kind = CommandKind.StatusRequest }, _nextAes);
        AssertTold(CommandResult.Done);
        Assert.False(_keys.HasPrevious);
        Assert.Equal(DownlinkOutcome.TagMismatch, TakeAny(new Command { Kind = CommandKind.StatusRequest }, _aes));
    }

    public void Dispose()
    {
        _unit.Dispose();
        _aes.Dispose();
        _nextAes.Dispose();
    }

    private static byte[] KeyOf(byte first) => [first, .. Enumerable.Range(1, 15).Select(i => (byte)i)];

    private void AssertTold(CommandResult result) =>
        Assert.Equal((_counter - 1, result), (_unit.State.LastCommand, _unit.State.CommandResult));

    private void Take(Command command, SimulatedAes? aes = null) =>
        Assert.Equal(DownlinkOutcome.Commanded, TakeAny(command, aes ?? _aes));

    private DownlinkOutcome TakeAny(Command command, SimulatedAes aes)
    {
        var frame = new byte[64];
        var length = _codec.SealCommand(command, new AesCcm(aes), 77, _counter++, frame, 0);
        return _receiver.Take(frame, 0, length, _link, 1_000);
    }
}
