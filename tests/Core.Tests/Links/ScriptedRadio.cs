using BoatTelemetry.Core.Links;

namespace BoatTelemetry.Core.Tests.Links;

/// <summary>A transceiver that does at once what it is told, or what the test says instead.</summary>
internal sealed class ScriptedRadio : IRadio
{
    private readonly Queue<RadioEvent> _events = new();
    private readonly Queue<byte[]> _air = new();

    public List<(byte[] Frame, int FrequencyHz, int SpreadingFactor, int PowerDbm, bool InvertIq)> Transmitted { get; } = [];

    public RadioSettings Set { get; private set; } = new();

    public bool Listening { get; private set; }

    public int Starts { get; private set; }

    public int Looks { get; private set; }

    /// <summary>Looks that find the channel busy from now on.</summary>
    public int BusyLooks { get; set; }

    public RadioResult StartAnswer { get; set; }

    public RadioResult TransmitAnswer { get; set; }

    /// <summary>What follows a transmission.</summary>
    public RadioEvent AfterTransmit { get; set; } = RadioEvent.Transmitted;

    /// <summary>What follows a look at a free channel.</summary>
    public RadioEvent AfterLook { get; set; } = RadioEvent.ChannelFree;

    public int RssiDbm { get; set; } = -100;

    public int SnrCdb { get; set; } = 500;

    public void Happen(RadioEvent happened) => _events.Enqueue(happened);

    public void Arrive(byte[] frame)
    {
        _air.Enqueue(frame);
        _events.Enqueue(RadioEvent.Received);
    }

    public RadioResult Start()
    {
        Starts++;
        _events.Clear();
        return StartAnswer;
    }

    public RadioResult Configure(RadioSettings settings)
    {
        Set = new RadioSettings
        {
            FrequencyHz = settings.FrequencyHz, SpreadingFactor = settings.SpreadingFactor, PowerDbm = settings.PowerDbm,
            InvertIq = settings.InvertIq, BandwidthHz = settings.BandwidthHz,
        };
        return RadioResult.Done;
    }

    public RadioResult StartTransmit(byte[] frame, int offset, int length)
    {
        Listening = false;
        if (TransmitAnswer != RadioResult.Done)
            return TransmitAnswer;
        Transmitted.Add((frame.AsSpan(offset, length).ToArray(), Set.FrequencyHz, Set.SpreadingFactor, Set.PowerDbm, Set.InvertIq));
        _events.Enqueue(AfterTransmit);
        return RadioResult.Done;
    }

    public RadioResult StartReceive()
    {
        Listening = true;
        return RadioResult.Done;
    }

    public RadioResult StartChannelActivity(int busyAboveDbm)
    {
        Listening = false;
        Looks++;
        _events.Enqueue(BusyLooks-- > 0 ? RadioEvent.ChannelBusy : AfterLook);
        return RadioResult.Done;
    }

    public RadioEvent Poll() => _events.TryDequeue(out var happened) ? happened : RadioEvent.None;

    public int TakeReceived(byte[] buffer, int offset)
    {
        var frame = _air.Dequeue();
        if (frame.Length > buffer.Length - offset)
            return 0;
        frame.CopyTo(buffer, offset);
        return frame.Length;
    }

    public RadioResult Sleep() => RadioResult.Done;
}
