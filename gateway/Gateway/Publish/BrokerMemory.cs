using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// Finds out what a broker has forgotten, and has it told again: one that was killed has lost what it acknowledged since its last
/// autosave, or everything, and with it what subscribers had not received yet. A retained <see cref="BrokerMark"/>, published now and
/// then, comes back after a reconnection and tells how far the broker remembers.
/// </summary>
internal sealed partial class BrokerMemory(
    BrokerMark mark, IJournal journal, IReceivedIndex index, PublishOptions options, TimeProvider time, ILogger<BrokerMemory> log)
{
    /// <summary>The journal's note of the last number that a broker acknowledged the mark of.</summary>
    public const string Note = JournalPublisher.Outlet + ".mark";

    // With its journal full, cursors are kept all the same, and nothing else waits for this.
    private static readonly TimeSpan _forgetLongest = TimeSpan.FromSeconds(5);

    private Task _marking = Task.CompletedTask;
    private Task? _pause;
    private long _acknowledged;
    private bool _isAsked;

    /// <summary>Takes up what an earlier life of the gateway knew.</summary>
    public void Load() => Volatile.Write(ref _acknowledged, journal.LoadNote(Note, NoteOfSeveral.Smallest));

    /// <summary>A connection begins.</summary>
    public void Begin() => mark.Begin();

    /// <summary>Takes what a connection brings; anything but the mark is left alone.</summary>
    public void Received(MqttMessage message) => mark.Received(message);

    /// <summary>
    /// Asks a new connection's broker how far it remembers. It sends that right behind its answer, and so before it acknowledges what is
    /// published next.
    /// </summary>
    /// <exception cref="MqttLinkException">The connection ended.</exception>
    public async Task AskAsync(IMqttLink link, CancellationToken abort) =>

        // Without a mark nothing can have been forgotten of it.
        _isAsked = Volatile.Read(ref _acknowledged) > 0 && await TrySubscribeAsync(link, abort);

    /// <summary>
    /// Takes what a new connection's broker has forgotten out of <paramref name="delivered"/>. After <see cref="AskAsync"/>, and a publish
    /// behind it that the broker has acknowledged.
    /// </summary>
    /// <exception cref="JournalException">The journal could not be read: the next connection finds the same.</exception>
    public async Task RetellAsync(DeliveredRanges delivered, CancellationToken abort)
    {
        if (!_isAsked)
            return;
        var acknowledged = Volatile.Read(ref _acknowledged);

        // Behind a mark that it does remember, a broker that saved right after it and was killed has lost the rest all the same, and nothing
        // tells it from one that was only not reached: what was delivered since, at most an interval's, is told twice. Not beside a gap: the mark
        // stands before the gap then, and all that was delivered live behind it would go out again at each reconnection.
        var remembered = await mark.RememberedAsync(abort) ?? 0;
        if (remembered >= acknowledged && delivered.HasGap)
            return;
        var above = Math.Max(remembered, index.Back(delivered.High, options.RetellS * 1000L));
        if (above >= delivered.High)
            return;
        if (remembered < acknowledged)
            Log.ToldAgain(log, above, delivered.High);
        delivered.Forget(above);
        Acknowledged(Math.Min(acknowledged, above));
        try
        {
            await journal.FlushAsync(abort).WaitAsync(_forgetLongest, time, abort);
        }
        catch (TimeoutException)
        {
            // The journal is full, and waits for what is delivered now.
        }
    }

    /// <summary>Publishes a mark if one is due and none is under way. Everything up to the number is delivered.</summary>
    public void Mark(IMqttLink link, long delivered)
    {
        if (_marking.IsCompleted && mark.Due(delivered) is { } message)
            _marking = MarkAsync(link, message, delivered);
    }

    /// <summary>
    /// What completes when <see cref="Mark"/> is to be called again; false if only more deliveries make it so.
    /// </summary>
    public bool TryNextMark(long delivered, CancellationToken cancellationToken, out Task next)
    {
        next = _marking;
        if (!_marking.IsCompleted)
            return true;
        if (mark.DueIn(delivered) is not { } dueIn)
            return false;
        if (_pause is null || _pause.IsCompleted)
            _pause = Task.Delay(dueIn, time, cancellationToken);
        next = _pause;
        return true;
    }

    private async Task<bool> TrySubscribeAsync(IMqttLink link, CancellationToken abort)
    {
        try
        {
            await link.SubscribeAsync(mark.Topic, MqttQos.AtLeastOnce, abort);
            return true;
        }
        catch (MqttLinkException e) when (e.Failure == MqttLinkFailure.SubscribeRefused)
        {
            Log.MarkRefused(log, e.Message);
            return false;
        }
    }

    private async Task MarkAsync(IMqttLink link, MqttMessage message, long number)
    {
        try
        {
            await link.PublishAsync(message, CancellationToken.None);
            Acknowledged(number);
        }
        catch (MqttLinkException)
        {
            // Refused, and then there is no mark; or the connection's end, which everybody here learns of.
        }
    }

    private void Acknowledged(long number)
    {
        Volatile.Write(ref _acknowledged, number);
        journal.SaveNote(Note, number);
    }

    private static partial class Log
    {
        [LoggerMessage(456, LogLevel.Warning, "MQTT: the broker has forgotten what it was told after number {Above}; it is told again up to {To}")]
        public static partial void ToldAgain(ILogger log, long above, long to);

        [LoggerMessage(457, LogLevel.Warning, "MQTT: the broker does not let this gateway read its own mark, so what the broker forgets is not told again: {Message}")]
        public static partial void MarkRefused(ILogger log, string message);
    }
}
