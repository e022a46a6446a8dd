using System.Collections.Concurrent;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>A way to a unit that keeps what goes down it, and says of each what the test wants.</summary>
internal sealed class RecordingPath(UplinkLink link, DownlinkOutcome outcome = DownlinkOutcome.Sent) : IDownlinkPath
{
    private readonly ConcurrentQueue<(byte[] Frame, int Unit, Reception AnswerTo)> _sent = new();

    public string Name => "recording path";

    public UplinkLink Link => link;

    public IReadOnlyList<(byte[] Frame, int Unit, Reception AnswerTo)> Sent => [.. _sent];

    public IEnumerable<byte[]> Of(FrameKind kind) =>
        Sent.Select(sent => sent.Frame).Where(frame => (FrameKind)((frame[0] >> 2) & 0xF) == kind);

    public Task<DownlinkOutcome> SendAsync(ReadOnlyMemory<byte> frame, int unit, Reception answerTo, CancellationToken cancellationToken)
    {
        _sent.Enqueue((frame.ToArray(), unit, answerTo));
        return Task.FromResult(outcome);
    }
}
