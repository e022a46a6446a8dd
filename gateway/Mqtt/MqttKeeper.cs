namespace BoatTelemetry.Mqtt;

/// <summary>
/// Keeps one link up for ever: tries the brokers in their order, waits between rounds with growing random delays, subscribes
/// on every new link, and leaves a less preferred broker as soon as a more preferred one takes a link again.
/// </summary>
public sealed class MqttKeeper
{
    // A preferred broker that takes links and then fails them is tried ever more seldom, up to this many times the interval.
    private const int ReturnAfterFactorMax = 32;

    private readonly MqttKeeperOptions _options;
    private readonly IMqttStack _stack;
    private readonly IMqttKeeperObserver _observer;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ReconnectDelay _delay;
    private int _returnAfterFactor = 1;
    private volatile MqttKeeperStatus _status;
    private volatile IMqttLink? _link;

    public MqttKeeper(MqttKeeperOptions options, IMqttStack stack, IMqttKeeperObserver observer, TimeProvider time, Random random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        (_options, _stack, _observer, _time, _random) = (options, stack, observer, time, random);
        _delay = new ReconnectDelay(random);
        _status = new MqttKeeperStatus(null, IsConnected: false, IsPreferred: false, time.GetUtcNow(), null);
    }

    /// <summary>How it is at present.</summary>
    public MqttKeeperStatus Status => _status;

    /// <summary>The link that stands at present and is subscribed, to publish over; null while there is none.</summary>
    public IMqttLink? Link => _link;

    /// <summary>Keeps a link up that is used for what comes in, and for <see cref="Link"/>.</summary>
    public Task RunAsync(CancellationToken stopping) => RunAsync(
        async (link, leave) =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(leave, stopping);
            await UntilEndAsync(link, either.Token);
        },
        stopping);

    /// <summary>Calls <paramref name="session"/> with each new link, until it returns after <paramref name="stopping"/>.</summary>
    /// <param name="session">
    /// Uses a link, and throws <see cref="MqttLinkException"/> when it is of no use any more. When its token is cancelled it ends as
    /// soon as it can, by return or <see cref="OperationCanceledException"/>: a better link waits. What was not acknowledged is to
    /// be published again over that one.
    /// </param>
    /// <param name="stopping">No new link is made after this; a session ends itself.</param>
    public async Task RunAsync(Func<IMqttLink, CancellationToken, Task> session, CancellationToken stopping)
    {
        var index = 0;
        Connection? better = null;
        while (better is not null || !stopping.IsCancellationRequested)
        {
            var connection = better;
            try
            {
                connection ??= await ConnectAsync(index, stopping);
                better = null;
                better = await UseAsync(connection, session, stopping);
            }
            catch (MqttLinkException failure)
            {
                index = await FailedAsync(connection, connection?.Index ?? index, failure, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // Returns which broker is next.
    private async Task<int> FailedAsync(Connection? connection, int index, MqttLinkException failure, CancellationToken stopping)
    {
        var brokers = _options.Brokers();
        var broker = brokers[index];
        var hasStood = connection is not null && _time.GetElapsedTime(connection.Since) >= _options.StableAfter;
        if (hasStood)
        {
            _delay.Reset();
            _returnAfterFactor = 1;
        }
        else if (connection is { IsReturn: true })
        {
            _returnAfterFactor = Math.Min(ReturnAfterFactorMax, _returnAfterFactor * 2);
        }

        // Of a broker that failed at once the next one is tried without delay; a round is followed by a wait.
        var next = hasStood || index + 1 >= brokers.Count ? 0 : index + 1;
        var wait = next == 0 ? _delay.Next() : TimeSpan.Zero;
        Note(broker, isConnected: false, isPreferred: false, failure.Message);
        _observer.Failed(broker, failure, wait);
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return next;
    }

    private async Task<Connection> ConnectAsync(int index, CancellationToken cancellationToken, bool isReturn = false)
    {
        var broker = _options.Brokers()[index];
        var options = _options.Connect(broker);
        IMqttLink link;
        try
        {
            link = await ConnectAsync(options, cancellationToken);
        }
        catch (MqttLinkException e) when (
            options.Will is not null && e is { Failure: MqttLinkFailure.ConnectRefused, ReasonCode: MqttReasons.PacketTooLarge })
        {
            _observer.WillTooLarge(broker);
            link = await ConnectAsync(options.WithoutWill(), cancellationToken);
        }

        return new Connection(link, broker, index, isReturn, _time.GetTimestamp());
    }

    private async Task<IMqttLink> ConnectAsync(MqttLinkOptions options, CancellationToken cancellationToken)
    {
        var link = _stack.CreateLink();
        link.OnMessage = _options.OnMessage;
        try
        {
            await link.ConnectAsync(options, cancellationToken);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    // Returns the better connection that ended this one, or null if the session ended itself.
    private async Task<Connection?> UseAsync(
        Connection connection, Func<IMqttLink, CancellationToken, Task> session, CancellationToken stopping)
    {
        await using var link = connection.Link;
        foreach (var filter in _options.Subscriptions)
            await link.SubscribeAsync(filter, MqttQos.AtLeastOnce, stopping);
        Note(connection.Broker, isConnected: true, connection.Index == 0, _status.LastFailure);
        _link = link;
        _observer.Connected(connection.Broker);
        using var leave = new CancellationTokenSource();
        using var stay = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var betterOne = BetterAsync(connection.Index, stay.Token);
        var run = RunSessionAsync();
        try
        {
            await Task.WhenAny(run, betterOne);
            await stay.CancelAsync();
            if (await betterOne is { } better)
                return await LeaveAsync(connection, better, run, leave);
            await run;
            await link.DisconnectAsync();
            Note(connection.Broker, isConnected: false, isPreferred: false, null);
            return null;
        }
        finally
        {
            _link = null;
        }

        async Task RunSessionAsync() => await session(link, leave.Token);
    }

    // The old link is closed as a fault would close it, so that its broker publishes the will: the client is no longer there.
    private async Task<Connection> LeaveAsync(Connection old, Connection better, Task run, CancellationTokenSource leave)
    {
        _observer.Returning(old.Broker, better.Broker);
        await leave.CancelAsync();
        try
        {
            await run;
        }
        catch (Exception e) when (e is OperationCanceledException or MqttLinkException)
        {
            // It ended, which was asked of it; or both names are of one broker, which gave the session to the new link.
        }
        catch
        {
            await better.Link.DisposeAsync();
            throw;
        }

        return better;
    }

    // Completes with a link to a more preferred broker, or with null when it is no longer wanted.
    private async Task<Connection?> BetterAsync(int index, CancellationToken stay)
    {
        if (index == 0)
            await Task.Delay(Timeout.InfiniteTimeSpan, stay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stay.IsCancellationRequested)
        {
            // A quarter to and fro: gateways that changed over together do not come back together.
            var wait = _options.ReturnAfter * _returnAfterFactor * (0.75 + (_random.NextDouble() / 2));
            await Task.Delay(wait, _time, stay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            for (var i = 0; i < index && !stay.IsCancellationRequested; i++)
            {
                try
                {
                    return await ConnectAsync(i, stay, isReturn: true);
                }
                catch (Exception e) when (e is MqttLinkException or OperationCanceledException)
                {
                    // Still away: the next one, or later.
                }
            }
        }

        return null;
    }

    private static async Task UntilEndAsync(IMqttLink link, CancellationToken leave)
    {
        try
        {
            var end = await link.Disconnected.WaitAsync(leave);
            throw end.ToException();
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            // Stopped, or left for a better one.
        }
    }

    private void Note(MqttBrokerAddress broker, bool isConnected, bool isPreferred, string? lastFailure)
    {
        var now = _status;
        var isSame = now.IsConnected == isConnected && (!isConnected || now.Broker == broker);
        var since = isSame ? now.Since : _time.GetUtcNow();
        _status = new MqttKeeperStatus(broker, isConnected, isPreferred, since, lastFailure);
    }

    private sealed record Connection(IMqttLink Link, MqttBrokerAddress Broker, int Index, bool IsReturn, long Since);
}
