namespace BoatTelemetry.Gateway.Ingest.Mqtt;

/// <summary>The topics that something is heard on and answered on: the same levels with another end.</summary>
/// <param name="UplinkEnd">The last levels of the one, from their "/" on.</param>
/// <param name="DownlinkEnd">The last levels of the other.</param>
internal sealed record TopicPair(string UplinkEnd, string DownlinkEnd)
{
    /// <summary>Whether something is heard on this topic.</summary>
    public bool IsUplink(string topic) => topic.EndsWith(UplinkEnd, StringComparison.Ordinal);

    /// <summary>Where it is answered.</summary>
    /// <exception cref="ArgumentException">Nothing is heard on this topic.</exception>
    public string AnswerTo(string uplinkTopic)
    {
        ArgumentNullException.ThrowIfNull(uplinkTopic);
        return IsUplink(uplinkTopic)
            ? uplinkTopic[..^UplinkEnd.Length] + DownlinkEnd
            : throw new ArgumentException($"{uplinkTopic} does not end with {UplinkEnd}.", nameof(uplinkTopic));
    }
}
