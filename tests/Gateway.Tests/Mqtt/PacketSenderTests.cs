#if MQTTNET
using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.Mqtt.MqttNet;
using BoatTelemetry.TestSupport;
using MQTTnet.Channel;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

public sealed class PacketSenderTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly HeldChannel _channel = new();
    private readonly List<PendingPublish> _written = [];
    private readonly List<(PendingPublish Publish, ushort Identifier)> _refused = [];
    private readonly List<Exception> _failures = [];
    private Func<bool> _mayRest = () => false;

    public void Dispose() => _channel.Dispose();

    [Fact]
    public async Task Send_Alone_IsWrittenWithoutAnother()
    {
        _channel.IsHeld = false;
        var sender = Sender();
        var publish = Publish(10);

        sender.Send(publish, 1);

        await Eventually.TrueAsync(() => _channel.WriteCount == 1, "the packet is written");
        Assert.Equal(Encoded(publish, 1), _channel.Written);
    }

    [Fact]
    public async Task Send_WhileAWriteLasts_GoesOutInOneWriteBehindIt()
    {
        const int Count = 60;
        var sender = Sender();
        var publishes = Enumerable.Range(0, Count + 1).Select(i => Publish(500 + i)).ToArray();
        sender.Send(publishes[0], 1);
        await _channel.WriteBegunAsync();
        for (ushort i = 1; i <= Count; i++)
            sender.Send(publishes[i], (ushort)(i + 1));

        _channel.Release();

        var expected = publishes.SelectMany((publish, i) => Encoded(publish, (ushort)(i + 1))).ToArray();
        await Eventually.TrueAsync(() => _channel.Written.Length == expected.Length, () => $"{_channel.Written.Length} of {expected.Length} bytes written");
        Assert.Equal(expected, _channel.Written);
        Assert.Equal(2, _channel.WriteCount);
    }

    // While it asks whether it may rest it does not wait for more, as in the rest itself.
    [Fact]
    public async Task Send_WhileTheWriterRests_GoesOutInOneWrite()
    {
        const int Count = 60;
        using var resting = new SemaphoreSlim(0);
        using var rested = new SemaphoreSlim(0);
        _mayRest = () =>
        {
            resting.Release();
            return rested.Wait(_patience);
        };
        _channel.IsHeld = false;
        var sender = Sender();
        sender.Send(Publish(10), 1);
        Assert.True(await resting.WaitAsync(_patience));
        for (ushort i = 1; i <= Count; i++)
            sender.Send(Publish(10), (ushort)(i + 1));

        rested.Release(2);

        var expected = Enumerable.Range(1, Count + 1).SelectMany(i => Encoded(Publish(10), (ushort)i)).ToArray();
        await Eventually.TrueAsync(() => _channel.Written.Length == expected.Length, () => $"{_channel.Written.Length} of {expected.Length} bytes written");
        Assert.Equal(expected, _channel.Written);
        Assert.Equal(2, _channel.WriteCount);
    }

    [Fact]
    public async Task Send_OfAnySizes_KeepsOrderAndBytesAndTheLimitOfAWrite()
    {
        var random = Seed.New(output);
        var sender = Sender();
        var publishes = Enumerable.Range(0, 200).Select(_ => Publish(random.Next(10) == 0 ? random.Next(200_000) : random.Next(3_000))).ToArray();
        for (ushort i = 0; i < publishes.Length; i++)
            sender.Send(publishes[i], (ushort)(i + 1));

        _channel.Release();

        var expected = publishes.SelectMany((publish, i) => Encoded(publish, (ushort)(i + 1))).ToArray();
        await Eventually.TrueAsync(() => _channel.Written.Length == expected.Length, () => $"{_channel.Written.Length} of {expected.Length} bytes written");
        Assert.Equal(expected, _channel.Written);
        var payloadMax = publishes.Max(publish => publish.Message.Payload.Length);
        Assert.True(_channel.LargestWrite <= Math.Max(PacketSender.GatheredBytesMax, payloadMax), $"{_channel.LargestWrite} bytes in one write");
        Assert.True(_channel.WriteCount < publishes.Length, $"{_channel.WriteCount} writes");
    }

    // The other side reads no more: payloads stay where they are, and what is added is a place in the queue.
    [Fact]
    public async Task Send_ToAPeerThatStoppedReading_CopiesNoPayload()
    {
        const int Count = 500;
        const int PayloadBytes = 100_000;
        var sender = Sender();
        var publish = Publish(PayloadBytes);
        sender.Send(publish, 1);
        await _channel.WriteBegunAsync();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ushort i = 2; i < Count; i++)
            sender.Send(publish, i);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, PayloadBytes);
        Assert.Equal(1, _channel.WriteCount);
    }

    [Fact]
    public async Task Send_WhenAWriteFails_TellsOnceAndFailsWhatWaitsAndWhatComes()
    {
        var sender = Sender();
        var first = sender.SendAsync(new MqttPingReqPacket(), default);
        await _channel.WriteBegunAsync();
        var second = sender.SendAsync(new MqttPingReqPacket(), default);
        var atMostOnce = Publish(10, MqttQos.AtMostOnce);
        sender.Send(atMostOnce, 0);

        var failure = new IOException("cable cut");
        _channel.Fail(failure);

        Assert.Same(failure, await Assert.ThrowsAsync<IOException>(() => first.WaitAsync(_patience)));
        Assert.Same(failure, await Assert.ThrowsAsync<IOException>(() => second.WaitAsync(_patience)));
        Assert.Same(failure, await Assert.ThrowsAsync<IOException>(() => sender.SendAsync(new MqttPingReqPacket(), default)));
        sender.Send(atMostOnce, 0);
        await Eventually.TrueAsync(() => _failures.Count > 0, "the failure is told");
        Assert.Equal([failure], _failures);
        Assert.Empty(_written);
        Assert.Equal(1, _channel.WriteCount);
    }

    // Its properties are half written when the one that is too long is met: nothing of them may come into the next packet.
    [Fact]
    public async Task Send_WhatDoesNotEncode_FailsThatOneAndNothingElse()
    {
        var sender = Sender();
        var publishes = Enumerable.Range(0, 4).Select(i => Publish(10 + i)).ToArray();
        var malformed = new PendingPublish(new MqttMessage
        {
            Topic = "t",
            UserProperties = [new("unit", "17"), new("long", new string('x', 65_536))],
        });
        sender.Send(publishes[0], 1);
        await _channel.WriteBegunAsync();
        sender.Send(publishes[1], 2);
        sender.Send(malformed, 3);
        sender.Send(publishes[2], 4);
        var subscribe = sender.SendAsync(new MqttSubscribePacket { UserProperties = [new("long", new byte[65_536])] }, default);
        sender.Send(publishes[3], 5);

        _channel.Release();

        byte[] expected = [.. Encoded(publishes[0], 1), .. Encoded(publishes[1], 2), .. Encoded(publishes[2], 4), .. Encoded(publishes[3], 5)];
        await Eventually.TrueAsync(() => _channel.Written.Length >= expected.Length, () => $"{_channel.Written.Length} of {expected.Length} bytes written");
        Assert.Equal(expected, _channel.Written);
        Assert.Equal([(malformed, (ushort)3)], _refused);
        await Assert.ThrowsAsync<MqttProtocolViolationException>(() => subscribe.WaitAsync(_patience));
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task Send_OfQos0_IsToldWhenItIsWrittenAndNotBefore()
    {
        var sender = Sender();
        var publish = Publish(10, MqttQos.AtMostOnce);
        sender.Send(publish, 0);
        await _channel.WriteBegunAsync();
        Assert.Empty(_written);

        _channel.Release();

        await Eventually.TrueAsync(() => _written.Count == 1, "it is told");
        Assert.Same(publish, _written[0]);
    }

    [Fact]
    public async Task SendAsync_CancelledBehindAWriteThatLasts_IsNoLongerWaitedFor()
    {
        var sender = Sender();
        sender.Send(Publish(10), 1);
        await _channel.WriteBegunAsync();
        using var cancel = new CancellationTokenSource();
        var ping = sender.SendAsync(new MqttPingReqPacket(), cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ping.WaitAsync(_patience));
    }

    [Fact]
    public async Task End_WhileAWriteLasts_FailsWhatWaits()
    {
        var sender = Sender();
        sender.Send(Publish(10), 1);
        await _channel.WriteBegunAsync();
        var ping = sender.SendAsync(new MqttPingReqPacket(), default);

        sender.End(new ObjectDisposedException("test"));

        await Assert.ThrowsAsync<ObjectDisposedException>(() => ping.WaitAsync(_patience));
    }

    private static PendingPublish Publish(int payloadBytes, MqttQos qos = MqttQos.AtLeastOnce) =>
        new(new MqttMessage { Topic = "t", Payload = new byte[payloadBytes], Qos = qos, UserProperties = [new("unit", "17")] });

    private static byte[] Encoded(PendingPublish publish, ushort identifier) =>
        Formatter().Encode(MqttNetMessages.ToPacket(publish.Message, identifier)).ToArray();

    private static MqttPacketFormatterAdapter Formatter() => new(MqttProtocolVersion.V500, new MqttBufferWriter(4096, 65_535));

    private PacketSender Sender() => new(_channel, Formatter, _written.Add, (publish, identifier, _) => _refused.Add((publish, identifier)), _failures.Add, () => _mayRest());

    /// <summary>Takes a write and does not end it until it is told how.</summary>
    private sealed class HeldChannel : IMqttChannel
    {
        private readonly Lock _lock = new();
        private readonly MemoryStream _bytes = new();
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _writeCount;

        public bool IsHeld { get; set; } = true;

        public int WriteCount => Volatile.Read(ref _writeCount);

        public long LargestWrite { get; private set; }

        public byte[] Written
        {
            get
            {
                lock (_lock)
                    return _bytes.ToArray();
            }
        }

        public X509Certificate2? ClientCertificate => null;

        public EndPoint? RemoteEndPoint => null;

        public EndPoint? LocalEndPoint => null;

        public bool IsSecureConnection => false;

        public Task WriteBegunAsync() => _begun.Task.WaitAsync(_patience);

        public void Release() => _end.SetResult();

        public void Fail(Exception e) => _end.SetException(e);

        public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task DisconnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(0);

        public async Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _writeCount);
            _begun.TrySetResult();
            if (IsHeld)
                await _end.Task;
            lock (_lock)
            {
                LargestWrite = Math.Max(LargestWrite, buffer.Length);
                _bytes.Write(buffer.ToArray());
            }
        }

        public void Dispose() => _bytes.Dispose();
    }
}
#endif
