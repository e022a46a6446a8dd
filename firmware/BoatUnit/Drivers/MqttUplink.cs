using System;
using System.Threading;
using BoatTelemetry.BoatUnit.Links;
using BoatTelemetry.Core.Frames;
using nanoFramework.M2Mqtt;
using nanoFramework.M2Mqtt.Messages;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// One connection to a broker, kept up by one thread, which alone makes the client's blocking calls. The main loop hands
/// it a frame and goes on; the client's own threads hand in what comes.
/// </summary>
/// <remarks>
/// A frame counts as sent when the broker has acknowledged it (QoS 1), which the client's event tells; the identifier that
/// its Publish returns only says that it was queued.
/// </remarks>
public sealed class MqttUplink
{
    /// <summary>The longest that the worker shows no heartbeat: the client waits 30 s for a connection and 30 s for CONNACK (M2Mqtt's MqttSettings).</summary>
    public const int SilenceMsMax = 70_000;

    private const int Failures = (int)UplinkFailure.ClientFailed + 1;

    private readonly MqttOptions _options;
    private readonly IMqttClientFactory _factory;
    private readonly INetworkJoin _network;
    private readonly FrameRing _received;
    private readonly Random _random;
    private readonly AutoResetEvent _wake = new AutoResetEvent(false);
    private readonly object _gate = new object();
    private readonly int[] _failures = new int[Failures];
    private readonly byte[] _frame = new byte[FrameLimits.FrameBytesMax];
    private readonly string _upTopic;
    private readonly string _downTopic;

    private Thread _worker;
    private IMqttClient _client;
    private bool _isStopping;
    private bool _isLost;
    private int _frameBytes;
    private int _answeredId;
    private bool _isAnswerGood;
    private int _failuresInRow;

    /// <param name="options">Not to be changed afterwards.</param>
    /// <param name="factory">Makes a client for each connection.</param>
    /// <param name="network">The network under it.</param>
    /// <param name="received">Takes frames from shore.</param>
    public MqttUplink(MqttOptions options, IMqttClientFactory factory, INetworkJoin network, FrameRing received)
    {
        _options = options;
        _factory = factory;
        _network = network;
        _received = received;
        _random = new Random(options.Seed);
        _upTopic = options.UpTopic;
        _downTopic = options.DownTopic;
    }

    public UplinkState State { get; private set; }

    public UplinkFailure LastFailure { get; private set; }

    /// <summary>Counts up while the worker lives, at least once in <see cref="SilenceMsMax"/>.</summary>
    public int Heartbeats { get; private set; }

    /// <summary>Frames that the broker has acknowledged.</summary>
    public int FramesSent { get; private set; }

    /// <summary>Frames accepted and then given up.</summary>
    public int FramesFailed { get; private set; }

    public int Connections { get; private set; }

    /// <summary>Messages on another topic than the unit's own, dropped.</summary>
    public int ForeignMessages { get; private set; }

    /// <summary>Whether a frame is on its way.</summary>
    public bool IsSending
    {
        get
        {
            lock (_gate)
            {
                return _frameBytes > 0;
            }
        }
    }

    public int FailureCount(UplinkFailure failure)
    {
        return _failures[(int)failure];
    }

    /// <summary>Starts the worker.</summary>
    /// <exception cref="InvalidOperationException">It runs.</exception>
    public void Start()
    {
        if (_worker != null)
        {
            throw new InvalidOperationException();
        }

        _isStopping = false;
        _worker = new Thread(Work);
        _worker.Start();
    }

    /// <summary>Ends the connection and the worker. False if it has not ended in that time; it ends by itself then.</summary>
    public bool Stop(int timeoutMs)
    {
        Thread worker = _worker;
        if (worker == null)
        {
            return true;
        }

        IMqttClient client;
        lock (_gate)
        {
            _isStopping = true;
            client = State == UplinkState.Connecting ? _client : null;
        }

        _wake.Set();
        if (client != null)
        {
            // It may be waiting for a broker that does not answer: without its connection it gives up.
            CloseClient(client);
        }

        if (!worker.Join(timeoutMs))
        {
            return false;
        }

        _worker = null;
        return true;
    }

    /// <summary>Takes a copy of a frame to send. False if the uplink is not ready, or has one under way.</summary>
    /// <exception cref="ArgumentException">It is empty or longer than a frame can be.</exception>
    public bool Send(byte[] frame, int offset, int length)
    {
        if (length < 1 || length > FrameLimits.FrameBytesMax)
        {
            throw new ArgumentException("Not the length of a frame.");
        }

        lock (_gate)
        {
            if (State != UplinkState.Ready || _frameBytes > 0 || _isLost)
            {
                return false;
            }

            Array.Copy(frame, offset, _frame, 0, length);
            _frameBytes = length;
        }

        _wake.Set();
        return true;
    }

    private void Work()
    {
        while (!_isStopping)
        {
            Heartbeats++;
            UplinkFailure failure = RunOnce();
            DropFrame();
            if (failure != UplinkFailure.None)
            {
                _failures[(int)failure]++;
                LastFailure = failure;
                Pause();
            }
        }

        State = UplinkState.Stopped;
    }

    // From the network to the end of one connection.
    private UplinkFailure RunOnce()
    {
        State = UplinkState.Joining;
        if (!_network.Join(_options.JoinTimeoutMs))
        {
            return UplinkFailure.NotJoined;
        }

        // Joining may have taken half of the longest silence; the connection may take nearly all of one.
        Heartbeats++;

        IMqttClient client = null;
        try
        {
            client = Open();
            UplinkFailure failure = Connect(client);
            return failure == UplinkFailure.None ? Serve(client) : failure;
        }
        catch (Exception)
        {
            // The client throws exceptions of its own and those of sockets and TLS; what each means is not told apart there.
            return State == UplinkState.Connecting ? UplinkFailure.NotReached : UplinkFailure.ClientFailed;
        }
        finally
        {
            State = UplinkState.Pausing;
            if (client != null)
            {
                End(client);
            }
        }
    }

    private IMqttClient Open()
    {
        State = UplinkState.Connecting;
        IMqttClient client = _factory.Create();
        client.MqttMsgPublishReceived += OnMessage;
        client.MqttMsgPublished += OnPublished;
        client.MqttMsgSubscribed += OnSubscribed;
        client.ConnectionClosed += OnClosed;
        lock (_gate)
        {
            _client = client;
            _isLost = false;
            _answeredId = 0;
        }

        return client;
    }

    private UplinkFailure Connect(IMqttClient client)
    {
        MqttReasonCode code = client.Connect(
            _options.ClientId,
            _options.User,
            _options.Password,
            false,
            MqttQoSLevel.AtMostOnce,
            false,
            null,
            null,
            true,
            (ushort)_options.KeepAliveSeconds);
        Heartbeats++;
        if (code != MqttReasonCode.Success)
        {
            return UplinkFailure.Refused;
        }

        ushort id = client.Subscribe(new string[] { _downTopic }, new MqttQoSLevel[] { MqttQoSLevel.AtLeastOnce });
        if (!AwaitAnswer(id))
        {
            return _isLost ? UplinkFailure.ConnectionLost : UplinkFailure.SubscribeTimedOut;
        }

        if (!_isAnswerGood)
        {
            return UplinkFailure.SubscribeRefused;
        }

        Connections++;
        lock (_gate)
        {
            State = UplinkState.Ready;
        }

        return UplinkFailure.None;
    }

    private UplinkFailure Serve(IMqttClient client)
    {
        while (!_isStopping)
        {
            Heartbeats++;
            if (_isLost || !client.IsConnected)
            {
                return UplinkFailure.ConnectionLost;
            }

            int bytes;
            lock (_gate)
            {
                bytes = _frameBytes;
            }

            if (bytes == 0)
            {
                _wake.WaitOne(_options.HeartbeatMs, false);
                continue;
            }

            UplinkFailure failure = Publish(client, bytes);
            if (failure != UplinkFailure.None)
            {
                return failure;
            }
        }

        return UplinkFailure.None;
    }

    private UplinkFailure Publish(IMqttClient client, int bytes)
    {
        // The client takes whole arrays and keeps them until the acknowledgement.
        byte[] payload = new byte[bytes];
        Array.Copy(_frame, 0, payload, 0, bytes);
        ushort id = client.Publish(_upTopic, payload, null, null, MqttQoSLevel.AtLeastOnce, false);
        if (!AwaitAnswer(id))
        {
            return _isLost ? UplinkFailure.ConnectionLost : UplinkFailure.PublishTimedOut;
        }

        if (!_isAnswerGood)
        {
            return UplinkFailure.PublishFailed;
        }

        _failuresInRow = 0;
        FramesSent++;
        lock (_gate)
        {
            _frameBytes = 0;
        }

        return UplinkFailure.None;
    }

    // Answers come on another thread, and may come before the call that they answer has returned its identifier.
    private bool AwaitAnswer(int id)
    {
        for (int waitedMs = 0; waitedMs < _options.AcknowledgeTimeoutMs && !_isStopping; waitedMs += _options.HeartbeatMs)
        {
            for (; ;)
            {
                lock (_gate)
                {
                    if (_answeredId == id)
                    {
                        return true;
                    }

                    if (_isLost)
                    {
                        return false;
                    }
                }

                if (!_wake.WaitOne(_options.HeartbeatMs, false) || _isStopping)
                {
                    break;
                }
            }

            Heartbeats++;
        }

        return false;
    }

    private void End(IMqttClient client)
    {
        client.MqttMsgPublishReceived -= OnMessage;
        client.MqttMsgPublished -= OnPublished;
        client.MqttMsgSubscribed -= OnSubscribed;
        client.ConnectionClosed -= OnClosed;
        try
        {
            if (client.IsConnected)
            {
                client.Disconnect();
            }
        }
        catch (Exception)
        {
            // The connection was gone already; what counts is that it is closed below.
            _failures[(int)UplinkFailure.ClientFailed]++;
        }

        CloseClient(client);
        lock (_gate)
        {
            _client = null;
        }
    }

    private void CloseClient(IMqttClient client)
    {
        try
        {
            client.Close();
        }
        catch (Exception)
        {
            // Nothing is left to be done with it.
            _failures[(int)UplinkFailure.ClientFailed]++;
        }
    }

    private void DropFrame()
    {
        lock (_gate)
        {
            if (_frameBytes > 0)
            {
                FramesFailed++;
                _frameBytes = 0;
            }
        }
    }

    // Doubles with each failure in a row, and scatters by a quarter either way so that a fleet does not call in step.
    private void Pause()
    {
        int pauseMs = _options.BackOffMinMs;
        for (int i = 0; i < _failuresInRow && pauseMs < _options.BackOffMaxMs; i++)
        {
            pauseMs *= 2;
        }

        _failuresInRow++;
        if (pauseMs > _options.BackOffMaxMs)
        {
            pauseMs = _options.BackOffMaxMs;
        }

        int leftMs = pauseMs - (pauseMs / 4) + _random.Next((pauseMs / 2) + 1);
        while (leftMs > 0 && !_isStopping)
        {
            Heartbeats++;
            _wake.WaitOne(leftMs < _options.HeartbeatMs ? leftMs : _options.HeartbeatMs, false);
            leftMs -= _options.HeartbeatMs;
        }
    }

    private void OnMessage(object sender, MqttMsgPublishEventArgs message)
    {
        if (message.Topic != _downTopic)
        {
            ForeignMessages++;
            return;
        }

        _received.Add(message.Message, message.Message.Length);
    }

    private void OnPublished(object sender, MqttMsgPublishedEventArgs answer)
    {
        Answer(answer.MessageId, answer.IsPublished);
    }

    private void OnSubscribed(object sender, MqttMsgSubscribedEventArgs answer)
    {
        MqttQoSLevel[] granted = answer.GrantedQoSLevels;
        Answer(answer.MessageId, granted.Length > 0 && granted[0] != MqttQoSLevel.GrantedFailure);
    }

    private void Answer(int id, bool isGood)
    {
        lock (_gate)
        {
            _answeredId = id;
            _isAnswerGood = isGood;
        }

        _wake.Set();
    }

    private void OnClosed(object sender, EventArgs e)
    {
        lock (_gate)
        {
            _isLost = true;
        }

        _wake.Set();
    }
}
