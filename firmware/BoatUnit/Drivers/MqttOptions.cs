using System;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>Which Wi-Fi network and broker the unit uses, and how long each wait may last.</summary>
public sealed class MqttOptions
{
    /// <summary>First levels of the unit's own topics; the unit's number and a direction follow.</summary>
    public const string TopicRoot = "patrol/v1/units/";

    /// <summary>Last level of the topic that the unit publishes its frames to.</summary>
    public const string UpLevel = "/up";

    /// <summary>Last level of the topic that it takes frames from shore from.</summary>
    public const string DownLevel = "/down";

    public int UnitId;

    public string Ssid = "";

    public string WifiPassword = "";

    public string Host = "";

    public int Port = 8883;

    /// <summary>Null for none.</summary>
    public string User;

    public string Password;

    /// <summary>DER or PEM of the authority that vouches for the broker; null for plain TCP, which is for tests and closed networks.</summary>
    public byte[] CaCertificate;

    public int KeepAliveSeconds = 30;

    /// <summary>For joining the network and getting an address.</summary>
    public int JoinTimeoutMs = 30_000;

    /// <summary>For the broker's acknowledgement of a frame or a subscription.</summary>
    public int AcknowledgeTimeoutMs = 10_000;

    /// <summary>The worker shows that it lives at least so often while it waits.</summary>
    public int HeartbeatMs = 500;

    /// <summary>The first pause after a failure; it doubles up to <see cref="BackOffMaxMs"/>.</summary>
    public int BackOffMinMs = 1_000;

    public int BackOffMaxMs = 120_000;

    /// <summary>Which of all jitters.</summary>
    public int Seed = 1;

    public string UpTopic => TopicRoot + UnitId.ToString() + UpLevel;

    public string DownTopic => TopicRoot + UnitId.ToString() + DownLevel;

    public string ClientId => "boat-unit-" + UnitId.ToString();
}

/// <summary>Why the uplink is not, or no longer, ready.</summary>
public enum UplinkFailure
{
    None = 0,

    /// <summary>No such network in reach, a wrong password, or no address.</summary>
    NotJoined,

    /// <summary>No connection to the broker: TCP, TLS, or no CONNACK in time.</summary>
    NotReached,

    /// <summary>The broker refused the connection: user, password, client.</summary>
    Refused,

    SubscribeRefused,
    SubscribeTimedOut,

    /// <summary>The client gave a frame up.</summary>
    PublishFailed,
    PublishTimedOut,

    /// <summary>The connection ended by itself.</summary>
    ConnectionLost,

    /// <summary>The client, or the network under it, threw something else.</summary>
    ClientFailed,
}

/// <summary>How far the uplink has come.</summary>
public enum UplinkState
{
    Stopped = 0,
    Joining,
    Connecting,
    Ready,

    /// <summary>Waiting out the pause after a failure.</summary>
    Pausing,
}
