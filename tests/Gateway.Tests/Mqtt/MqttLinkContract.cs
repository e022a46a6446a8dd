using System.Text;
using System.Threading.Channels;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>What a link promises, whichever library is behind it. This part: its connection, from CONNECT to the end.</summary>
public abstract partial class MqttLinkContract(IMqttStack stack)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Connect_ToMosquitto_GivesTheConnack()
    {
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "max_inflight_messages 37" });
        await using var link = stack.CreateLink();
        var connack = await link.ConnectAsync(Options(broker.Port), default);
        Assert.False(connack.SessionPresent);
        Assert.Equal(37, connack.ReceiveMaximum);
        Assert.False(link.Disconnected.IsCompleted);
    }

    [Fact]
    public async Task Connect_ToAClosedPort_FailsAsNotReached()
    {
        await using var link = stack.CreateLink();
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.ConnectAsync(Options(FreePorts.Tcp()), default));
        Assert.Equal(MqttLinkFailure.NotReached, failure.Failure);
        Assert.Equal(MqttLinkFailure.NotReached, (await link.Disconnected.WaitAsync(_patience)).Failure);
    }

    [Fact]
    public async Task Connect_ToANameThatDoesNotResolve_FailsAsNotReached()
    {
        await using var link = stack.CreateLink();
        var options = new MqttLinkOptions { Host = "no-such-host.invalid", Port = 1883, ClientId = "x" };
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.ConnectAsync(options, default));
        Assert.Equal(MqttLinkFailure.NotReached, failure.Failure);
    }

    [Theory]
    [InlineData("gateway", "right", null)]
    [InlineData("gateway", "wrong", 0x87)]
    [InlineData(null, null, 0x87)]
    public async Task Connect_WithAPassword_IsTakenOrRefusedWithTheReason(string? user, string? password, int? reason)
    {
        await using var broker = await MosquittoProcess.StartAsync(new() { User = ("gateway", "right") });
        await using var link = stack.CreateLink();
        var options = new MqttLinkOptions
        {
            Host = MosquittoProcess.Host,
            Port = broker.Port,
            ClientId = "x",
            UserName = user,
            Password = password,
        };
        if (reason is null)
        {
            await link.ConnectAsync(options, default);
            return;
        }

        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.ConnectAsync(options, default));
        Assert.Equal(MqttLinkFailure.ConnectRefused, failure.Failure);
        Assert.Equal(reason, failure.ReasonCode);
    }

    [Theory]
    [InlineData("right", null)]
    [InlineData("wrong", 0x87)]
    public async Task Connect_AsMqtt311_SubscribesAndPublishesOrIsRefusedWithTheReason(string password, int? reason)
    {
        await using var broker = await MosquittoProcess.StartAsync(new() { User = ("gateway", "right") });
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var link = stack.CreateLink();
        link.OnMessage = message => received.Writer.TryWrite(message);
        var options = new MqttLinkOptions
        {
            Host = MosquittoProcess.Host,
            Port = broker.Port,
            ClientId = "old",
            Version = MqttVersion.Mqtt311,
            UserName = "gateway",
            Password = password,
        };
        if (reason is not null)
        {
            var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.ConnectAsync(options, default));
            Assert.Equal(MqttLinkFailure.ConnectRefused, failure.Failure);
            Assert.Equal(reason, failure.ReasonCode);
            return;
        }

        await link.ConnectAsync(options, default);
        await link.SubscribeAsync("a/+", MqttQos.AtLeastOnce, default);
        await link.PublishAsync(new MqttMessage { Topic = "a/b", Payload = new byte[] { 1, 2 } }, default);
        var message = await received.Reader.ReadAsync().AsTask().WaitAsync(_patience);
        Assert.Equal("a/b", message.Topic);
        Assert.Equal([1, 2], message.Payload.ToArray());

        // It would lose what it says beside its payload.
        var full = new MqttMessage { Topic = "a/c", ContentType = "text/plain" };
        await Assert.ThrowsAsync<ArgumentException>(() => link.PublishAsync(full, default));
        Assert.False(link.Disconnected.IsCompleted);

        // The broker's log, which comes over a pipe, names the version: p1 is 3.1, p2 is 3.1.1, p5 is 5.
        await Eventually.TrueAsync(() => broker.Log.Contains("as old (p2", StringComparison.Ordinal), () => broker.Log);
    }

    [Fact]
    public async Task Connect_WithoutConnack_TimesOut()
    {
        await using var broker = new ScriptedBroker(connack: null);
        await using var link = stack.CreateLink();
        var options = new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "x", ConnectTimeoutMs = 100 };
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.ConnectAsync(options, default));
        Assert.Equal(MqttLinkFailure.TimedOut, failure.Failure);
    }

    [Fact]
    public async Task Connect_Cancelled_ThrowsCanceled()
    {
        await using var broker = new ScriptedBroker(connack: null);
        await using var link = stack.CreateLink();
        using var cancel = new CancellationTokenSource();
        var connect = link.ConnectAsync(Options(broker.Port), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect.WaitAsync(_patience));
    }

    [Fact]
    public async Task Connect_ToSomethingThatSpeaksNoMqtt_Fails()
    {
        // A remaining length of five bytes is malformed (MQTT 5 section 1.5.5).
        await using var broker = new ScriptedBroker([0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        await using var link = stack.CreateLink();
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.ConnectAsync(Options(broker.Port), default));
        Assert.Contains(failure.Failure, new[] { MqttLinkFailure.ProtocolError, MqttLinkFailure.ConnectionLost });
    }

    [Fact]
    public async Task Connect_Twice_IsMisuse()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port);
        await Assert.ThrowsAsync<InvalidOperationException>(() => link.ConnectAsync(Options(broker.Port), default));
    }

    [Fact]
    public async Task Disconnected_WhenTheBrokerIsKilled_SaysConnectionLostAndStaysSo()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port);
        await broker.KillAsync();
        Assert.Equal(MqttLinkFailure.ConnectionLost, (await link.Disconnected.WaitAsync(_patience)).Failure);

        // One life: the port is open again, but this link does not come back, and a new one does.
        await broker.RestartAsync();
        await using var next = await ConnectAsync(broker.Port);
        await next.PublishAsync(Message("t"), default);
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.PublishAsync(Message("t"), default));
        Assert.Equal(MqttLinkFailure.ConnectionLost, failure.Failure);
    }

    [Fact]
    public async Task Link_AfterItsEnd_DoesNotReconnectByItself()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        await using var link = await ConnectAsync(broker.Port);
        await broker.SendAsync([0xE0, 1, 0x8B]);
        await link.Disconnected.WaitAsync(_patience);
        // libmosquitto's own thread would try again after one second; disposing ends ours for certain.
        await link.DisposeAsync();
        Assert.Equal(1, broker.ConnectCount);
    }

    [Fact]
    public async Task Disconnected_WhenTheBrokerSaysDisconnect_HasItsReason()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        await using var link = await ConnectAsync(broker.Port);
        await broker.SendAsync([0xE0, 2, 0x8B, 0]);
        var end = await link.Disconnected.WaitAsync(_patience);
        Assert.Equal((MqttLinkFailure.DisconnectedByBroker, (byte?)0x8B), (end.Failure, end.ReasonCode));
    }

    [Fact]
    public async Task Disconnected_WhenTheSessionIsTakenOver_EndsTheFirstLink()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var first = await ConnectAsync(broker.Port, clientId: "same");
        await using var second = await ConnectAsync(broker.Port, clientId: "same");
        var end = await first.Disconnected.WaitAsync(_patience);
        // mosquitto 2.0.11 just closes; a broker that says why says 0x8E.
        Assert.Contains(
            (end.Failure, end.ReasonCode),
            new (MqttLinkFailure, byte?)[] { (MqttLinkFailure.ConnectionLost, null), (MqttLinkFailure.DisconnectedByBroker, 0x8E) });
        await second.PublishAsync(Message("t"), default);
    }

    [Fact]
    public async Task Session_WithExpiry_IsPresentAgainAndDeliversWhatWasMissed()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        var options = new MqttLinkOptions
        {
            Host = MosquittoProcess.Host,
            Port = broker.Port,
            ClientId = "kept",
            CleanStart = false,
            SessionExpirySeconds = 60,
        };
        await using (var link = stack.CreateLink())
        {
            Assert.False((await link.ConnectAsync(options, default)).SessionPresent);
            await link.SubscribeAsync("missed", MqttQos.AtLeastOnce, default);
            await link.DisconnectAsync();
        }

        await MosquittoPublisher.PublishAsync(broker.Port, "missed", "while away");
        var received = new Inbox();
        await using var again = stack.CreateLink();
        again.OnMessage = received.Add;
        Assert.True((await again.ConnectAsync(options, default)).SessionPresent);
        Assert.Equal("while away", Encoding.UTF8.GetString((await received.NextAsync()).Payload.Span));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Will_OfALinkThatEnds_IsPublishedOnlyWithoutDisconnect(bool isClean)
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, "#", "%t %r %P %C %p");
        await using var link = stack.CreateLink();
        await link.ConnectAsync(
            new MqttLinkOptions
            {
                Host = MosquittoProcess.Host,
                Port = broker.Port,
                ClientId = "mortal",
                Will = new MqttMessage
                {
                    Topic = "gateway/state",
                    Payload = "offline"u8.ToArray(),
                    ContentType = "text/plain",
                    UserProperties = [new("why", "gone")],
                },
            },
            default);
        if (isClean)
            await link.DisconnectAsync();
        else
            await link.DisposeAsync();
        Assert.Equal(MqttLinkFailure.Closed, (await link.Disconnected).Failure);

        // A marker after it: without the will, the marker is what comes first.
        if (isClean)
            await MosquittoPublisher.PublishAsync(broker.Port, "marker", "m");
        Assert.Equal(isClean ? "marker 0   m" : "gateway/state 0 why:gone text/plain offline", await subscriber.ReadAsync());
    }

    [Fact]
    public async Task Tls_WithAuthorityAndClientCertificate_Connects()
    {
        using var certificates = new TestCertificates();
        await using var broker = await StartTlsAsync(certificates);
        await using var link = stack.CreateLink();
        await link.ConnectAsync(
            TlsOptions(broker, certificates.CaFile, certificates.ClientFile, certificates.ClientKeyFile), default);
        await link.PublishAsync(Message("t"), default);
    }

    [Fact]
    public async Task Tls_WithAnAuthorityThatDidNotSign_FailsAsTls()
    {
        using var certificates = new TestCertificates();
        using var others = new TestCertificates();
        await using var broker = await StartTlsAsync(certificates);
        await using var link = stack.CreateLink();
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.ConnectAsync(
            TlsOptions(broker, others.CaFile, certificates.ClientFile, certificates.ClientKeyFile), default));
        Assert.Equal(MqttLinkFailure.TlsFailed, failure.Failure);
    }

    [Fact]
    public async Task Tls_ForANameThatIsNotInTheCertificate_FailsAsTls()
    {
        using var certificates = new TestCertificates();
        await using var broker = await StartTlsAsync(certificates);
        await using var link = stack.CreateLink();
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.ConnectAsync(
            TlsOptions(broker, certificates.CaFile, certificates.ClientFile, certificates.ClientKeyFile, host: "localhost"), default));
        Assert.Equal(MqttLinkFailure.TlsFailed, failure.Failure);
    }

    [Fact]
    public async Task Tls_WithoutTheClientCertificate_IsNotLetIn()
    {
        using var certificates = new TestCertificates();
        await using var broker = await StartTlsAsync(certificates);
        await using var link = stack.CreateLink();
        // With TLS 1.3 the client's handshake is over before the server looks at the certificate, so the refusal may
        // come as the end of an established connection.
        var failure = await Assert.ThrowsAsync<MqttLinkException>(
            () => link.ConnectAsync(TlsOptions(broker, certificates.CaFile, null, null), default));
        Assert.True(failure.Failure is MqttLinkFailure.TlsFailed or MqttLinkFailure.ConnectionLost, failure.ToString());
    }

    [Fact]
    public async Task Dispose_TwiceOrUnconnected_IsHarmless()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        var link = await ConnectAsync(broker.Port);
        await link.DisposeAsync();
        await link.DisposeAsync();
        await link.DisconnectAsync();
        Assert.Equal(MqttLinkFailure.Closed, (await link.Disconnected).Failure);

        var unused = stack.CreateLink();
        await unused.DisposeAsync();
        await unused.DisposeAsync();
        Assert.Equal(MqttLinkFailure.Closed, (await unused.Disconnected).Failure);
    }

    private static MqttLinkOptions Options(int port, string? clientId = null, int publishesPendingMax = 256) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        ClientId = clientId ?? $"test-{Guid.NewGuid():N}",
        PublishesPendingMax = publishesPendingMax,
    };

    private static MqttLinkOptions TlsOptions(
        MosquittoProcess broker, string ca, string? certificate, string? key, string host = "127.0.0.1", string clientId = "tls") => new()
        {
            Host = host,
            Port = broker.Port,
            ClientId = clientId,
            Tls = new MqttTlsOptions { CaFile = ca, CertificateFile = certificate, KeyFile = key },
        };

    private static Task<MosquittoProcess> StartTlsAsync(TestCertificates certificates) => MosquittoProcess.StartAsync(
        new() { Tls = (certificates.ServerFile, certificates.ServerKeyFile, certificates.CaFile) });

    private static MqttMessage Message(string topic, string payload = "x", MqttQos qos = MqttQos.AtLeastOnce) =>
        new() { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload), Qos = qos };

    private async Task<IMqttLink> ConnectAsync(
        int port, Action<MqttMessage>? onMessage = null, string? clientId = null, int publishesPendingMax = 256)
    {
        var link = stack.CreateLink();
        link.OnMessage = onMessage;
        await link.ConnectAsync(Options(port, clientId, publishesPendingMax), default);
        return link;
    }

    private sealed class Inbox
    {
        private readonly Channel<MqttMessage> _messages = Channel.CreateUnbounded<MqttMessage>();

        public void Add(MqttMessage message) => Assert.True(_messages.Writer.TryWrite(message));

        public Task<MqttMessage> NextAsync() => _messages.Reader.ReadAsync().AsTask().WaitAsync(_patience);
    }
}
