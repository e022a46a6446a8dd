using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>
/// A subscriber on shore that comes back whenever the broker does, and writes down what it got: each message id with its
/// content, how often it came, and whether a boat's present ever went backwards.
/// </summary>
internal sealed class ShoreRecord(int port) : IAsyncDisposable
{
    private const int AgainAfterMs = 50;
    private const uint SessionExpiryS = 3_600;
    private const int HashBytes = 12;

    // Against their schemas: what follows has the same forms, and a check takes longer than the gateway for a message.
    private const int CheckedMax = 1_000;

    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, string> _contents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, uint> _present = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;
    private long _messages;
    private long _repeats;
    private long _lastMessageAt;

    /// <summary>What must never be: the same id with another content, a present that went backwards, a message that does not read.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Messages whose id was there before: allowed by QoS 1, told apart by their id.</summary>
    public long Repeats => Interlocked.Read(ref _repeats);

    public int Ids => _contents.Count;

    /// <summary>How long no message has come.</summary>
    public TimeSpan Quiet => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _lastMessageAt));

    public bool Has(int unit, uint durableCounter) =>
        _contents.ContainsKey(string.Create(CultureInfo.InvariantCulture, $"{unit}-rec-{durableCounter}"));

    public async Task StartAsync()
    {
        _loop = Task.Run(RunAsync);
        await _subscribed.Task.WaitAsync(TimeSpan.FromSeconds(120));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            await using var link = MqttStack.Default.CreateLink();
            link.OnMessage = Take;
            try
            {
                // What comes while it is away waits in the session, as long as the broker lives.
                await link.ConnectAsync(
                    new MqttLinkOptions
                    {
                        Host = "127.0.0.1",
                        Port = port,
                        ClientId = "shore-record",
                        CleanStart = false,
                        SessionExpirySeconds = SessionExpiryS,
                        KeepAliveSeconds = 5,
                    },
                    _end.Token);
                await link.SubscribeAsync("patrol/v1/+/+/position/#", MqttQos.AtLeastOnce, _end.Token);
                foreach (var kind in (string[])["event", "track", "status/#"])
                    await link.SubscribeAsync($"patrol/v1/+/+/{kind}", MqttQos.AtLeastOnce, _end.Token);
                _subscribed.TrySetResult();
                await link.Disconnected.WaitAsync(_end.Token);
            }
            catch (MqttLinkException)
            {
                // The broker is away.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(AgainAfterMs);
        }
    }

    private void Take(MqttMessage message)
    {
        Interlocked.Exchange(ref _lastMessageAt, Environment.TickCount64);
        var messages = Interlocked.Increment(ref _messages);
        try
        {
            if (messages <= CheckedMax)
                MessageCheck.Valid(message);
            Take(message, JsonDocument.Parse(message.Payload).RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or Xunit.Sdk.XunitException)
        {
            _faults.Enqueue($"{message.Topic}: {e.Message}");
        }
    }

    private void Take(MqttMessage message, JsonElement json)
    {
        var id = json.GetProperty("id").GetString()!;
        var counter = json.GetProperty("counter").GetUInt32();
        if (Damage(message.Topic, counter, json) is { } damage)
            _faults.Enqueue($"{id}: {damage}");
        var content = Content(json);
        if (!_contents.TryAdd(id, content))
        {
            Interlocked.Increment(ref _repeats);
            if (_contents[id] != content)
                _faults.Enqueue($"{id} came again with other content: {json}");
            return;
        }

        if (message.Retain || !(message.Topic.EndsWith("/position", StringComparison.Ordinal) || message.Topic.EndsWith("/status", StringComparison.Ordinal)))
            return;
        if (_present.TryGetValue(message.Topic, out var before) && counter < before)
            _faults.Enqueue($"{message.Topic} went back from {before} to {counter}");
        _present[message.Topic] = counter;
    }

    private static string? Damage(string topic, uint counter, JsonElement json)
    {
        if (!topic.Contains("/position", StringComparison.Ordinal))
            return LoadDurable.Fault(topic, counter, json);
        var expected = LoadBoat.LatitudeE5(counter) / 100_000m;
        var latitude = json.GetProperty("lat_deg").GetDecimal();
        return latitude == expected ? null : $"{topic} {counter} at {latitude} instead of {expected}: damaged";
    }

    // What a message that comes again has to have alike: all but what more the gateway may know by then.
    private static string Content(JsonElement json)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var property in json.EnumerateObject())
            {
                if (property.Name is not ("receptions" or "clock_skew_s"))
                    property.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Convert.ToHexString(SHA256.HashData(bytes.ToArray()), 0, HashBytes);
    }
}
