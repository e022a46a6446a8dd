using BoatTelemetry.Core.Links;

namespace BoatTelemetry.Core.Tests.Links;

/// <summary>A link that keeps what it is given and when, and brings what the test puts into it.</summary>
internal sealed class ScriptedLink(LinkKind kind, int frameBytesMax = 222) : IMeteredLink
{
    private readonly Queue<byte[]> _fromShore = new();
    private long _nowMs;

    public List<(long AtMs, byte[] Frame, AirtimePurpose Purpose)> Sent { get; } = [];

    public LinkKind Kind { get; } = kind;

    public LinkState State { get; set; } = LinkState.Ready;

    public LinkResult Answer { get; set; } = LinkResult.Sent;

    /// <summary>Whether it keeps copies of frames.</summary>
    public bool Keeps { get; set; } = true;

    public int FrameBytesMax { get; set; } = frameBytesMax;

    public int RssiDbm => -70;

    public int SnrCdb => 800;

    /// <summary>What an SOS can be repeated at for ever.</summary>
    public int PaceMs { get; set; }

    public int AnswersToldOf { get; private set; }

    public int MissesToldOf { get; private set; }

    public int SentCount { get; private set; }

    public void Arrive(byte[] frame) => _fromShore.Enqueue(frame);

    public LinkResult Send(byte[] frame, int offset, int length) => Send(frame, offset, length, AirtimePurpose.Current);

    public LinkResult Send(byte[] frame, int offset, int length, AirtimePurpose purpose)
    {
        if (State != LinkState.Ready)
            return State == LinkState.Busy ? LinkResult.Busy : LinkResult.Down;
        if (length > FrameBytesMax)
            return LinkResult.TooLong;
        if (Answer != LinkResult.Sent)
            return Answer;
        SentCount++;
        if (Keeps)
            Sent.Add((_nowMs, frame.AsSpan(offset, length).ToArray(), purpose));
        return LinkResult.Sent;
    }

    public void Answered() => AnswersToldOf++;

    public void Unanswered() => MissesToldOf++;

    public int SosPaceMs(int lengthBytes) => PaceMs;

    public void Poll(long monotonicMs) => _nowMs = monotonicMs;

    public int Receive(byte[] buffer, int offset)
    {
        if (!_fromShore.TryDequeue(out var frame) || frame.Length > buffer.Length - offset)
            return 0;
        frame.CopyTo(buffer, offset);
        return frame.Length;
    }
}
