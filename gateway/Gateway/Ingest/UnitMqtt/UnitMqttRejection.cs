namespace BoatTelemetry.Gateway.Ingest.UnitMqtt;

/// <summary>Why a message on a unit's topic did not become a <see cref="Datagram"/>.</summary>
public enum UnitMqttRejection
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>A topic that is not a unit's.</summary>
    TopicNotKnown,

    /// <summary>Nothing in it.</summary>
    Empty,

    /// <summary>Longer than a frame can be.</summary>
    TooLong,

    /// <summary>A retained message: nobody knows how old it is, and units publish none.</summary>
    Retained,

    /// <summary>The frame's header names another unit than the topic: a broker's user published for somebody else.</summary>
    OtherUnit,

    /// <summary>The queue to the admission is full: the newest is refused.</summary>
    QueueFull,
}
