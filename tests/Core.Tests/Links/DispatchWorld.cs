using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tests.Journal;

namespace BoatTelemetry.Core.Tests.Links;

/// <summary>
/// A dispatcher with three links and a shore that stores durable frames and answers each with base and bitmap over the
/// link it came on, as far as the test lets it hear and be heard.
/// </summary>
internal sealed class DispatchWorld
{
    private readonly DurableWindow _window = new(0, 0, 0);
    private readonly Queue<(long AtMs, ScriptedLink Link, uint Base, uint Bitmap)> _answers = new();
    private readonly Dictionary<ScriptedLink, int> _taken;
    private uint _counter;

    public DispatchWorld(DispatchOptions? options = null, uint seed = 77)
    {
        ScriptedLink[] links = [LoRa, Cellular, Wifi];
        _taken = links.ToDictionary(link => link, _ => 0);
        Dispatcher = new LinkDispatcher(links, Journal, options ?? new DispatchOptions(), seed);
    }

    public ScriptedLink LoRa { get; } = new(LinkKind.LoRa, 66);

    public ScriptedLink Cellular { get; } = new(LinkKind.Cellular);

    public ScriptedLink Wifi { get; } = new(LinkKind.Wifi);

    public MemoryJournal Journal { get; } = new();

    public LinkDispatcher Dispatcher { get; }

    public long NowMs { get; private set; } = 1_000_000;

    /// <summary>Whether the shore gets what this link sends, and the unit gets the answer.</summary>
    public Func<ScriptedLink, bool> Hears { get; set; } = _ => true;

    /// <summary>From poll to poll.</summary>
    public int StepMs { get; init; } = 10;

    public Func<ScriptedLink, bool> IsHeard { get; set; } = _ => true;

    public SortedDictionary<uint, int> Stored { get; } = [];

    public uint NextCounter => _counter;

    public static byte[] Live(byte mark)
    {
        var frame = new byte[LiveFrame.AreaBytes];
        FrameHeader.WriteLive(frame, 0, FrameKind.LiveArea, 77, mark);
        frame[10] = mark;
        return frame;
    }

    public static uint CounterOf(byte[] frame)
    {
        var header = new FrameHeader();
        header.Read(frame, 0, frame.Length, FrameDirection.Uplink);
        return header.Counter;
    }

    public static bool IsDurable(byte[] frame) => FrameLimits.IsDurable((FrameKind)((frame[0] >> 2) & 0xF));

    public byte[] Append(FrameKind kind, int length, bool isSos = false)
    {
        var frame = new byte[length];
        FrameHeader.WriteDurable(frame, 0, kind, 0, 77, _counter++);
        if (Journal.Append(frame, 0, length, isSos) != Core.Journal.JournalResult.Stored)
            throw new InvalidOperationException("not stored");
        return frame;
    }

    public uint Urgent(bool sos)
    {
        var frame = Append(FrameKind.Event, 24, sos);
        Dispatcher.OfferUrgent(frame, 0, 24, _counter - 1, sos);
        return _counter - 1;
    }

    public void Run(long ms, Action<long>? each = null)
    {
        for (var end = NowMs + ms; NowMs < end;)
        {
            NowMs += StepMs;
            Dispatcher.Poll(NowMs);
            foreach (var link in _taken.Keys)
                Take(link);
            while (_answers.TryPeek(out var answer) && answer.AtMs <= NowMs)
                Deliver(_answers.Dequeue());
            each?.Invoke(NowMs);
        }
    }

    private void Take(ScriptedLink link)
    {
        for (; _taken[link] < link.Sent.Count; _taken[link]++)
        {
            var frame = link.Sent[_taken[link]].Frame;
            if (!IsDurable(frame) || !Hears(link))
                continue;
            var counter = CounterOf(frame);
            Stored[counter] = Stored.GetValueOrDefault(counter) + 1;
            _window.Mark(counter);
            _answers.Enqueue((NowMs + 500, link, _window.Base, _window.Bitmap));
        }
    }

    private void Deliver((long AtMs, ScriptedLink Link, uint Base, uint Bitmap) answer)
    {
        if (!IsHeard(answer.Link))
            return;
        Dispatcher.Heard(answer.Link);
        Dispatcher.Take(new Acknowledgement { BaseCounter = answer.Base, Bitmap = answer.Bitmap });
    }
}
