using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Benchmarks.GatewayLoad;

/// <summary>What is measured, and with how much.</summary>
internal sealed record GatewayMeasureSettings(int Seconds, int Units, int FramesPerDatagram, int JournalFrames, bool IsRateOnly, bool IsBrokerNoDelay, bool SubscriberRests);

/// <summary>
/// 1. the machine's ceilings, and the journal alone; 2. the rate that the gateway sustains, with so many frames on their way that its queue never fills;
/// 3. the latency at 10,000 frames a second; 4. its memory; 5. its start on a large journal.
/// </summary>
internal sealed class GatewayMeasures(GatewayMeasureSettings settings)
{
    // Half of the gateway's queue (ingest.queueDatagramsMax): nothing is refused for want of room.
    private const int OnTheirWayMax = 4096;
    private const int LatencyRate = 10_000;
    private const int RateMax = 150_000;
    private const int FewUnits = 16;
    private const int WarmUpFrames = 300_000;
    private static readonly TimeSpan _ceilingTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("boat-bench-gateway-").FullName;
    private double _barePublishes;

    public async Task<int> RunAsync()
    {
        try
        {
            await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings
            {
                Extra = "max_inflight_messages 0\nmax_queued_messages 0\nmax_queued_bytes 0",
                IsNoDelay = settings.IsBrokerNoDelay,
            });
            Console.WriteLine($"{Environment.ProcessorCount} cores, {MqttStack.Default.Name}, load, broker and subscriber on the same; {settings.FramesPerDatagram} frames in a datagram, {settings.Units} units");
            using var load = new LoadDatagrams(settings.Units, settings.FramesPerDatagram);
            if (settings.IsRateOnly)
            {
                RateOnly(broker, load);
                return 0;
            }

            await CeilingsAsync(broker.Port, load);
            var few = MemoryOfFew(broker.Port);
            Gateway(broker, load, few);
            return 0;
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task CeilingsAsync(int brokerPort, LoadDatagrams load)
    {
        using var others = new LoadDatagrams(1, load.FramesPerDatagram);
        Say("ceiling: bare UDP receive loop, frames/s", load.FramesPerDatagram * Ceilings.Datagrams(others.Make(1)[0], _ceilingTime));
        using (new CountingSubscriber(brokerPort, 1, 1))
            Say("ceiling: bare QoS 1 publishes of 600 bytes, with a subscriber, /s", _barePublishes = await Ceilings.PublishesAsync(brokerPort, 600, _ceilingTime));
        Say("ceiling: bare SQLite rows in batches of 512, synchronous FULL, /s", Ceilings.Rows(Path.Combine(_folder, "rows.db"), 120, _ceilingTime));
        await JournalAsync("journal-few.db", 200);
        await JournalAsync("journal-all.db", settings.Units);
    }

    private async Task JournalAsync(string file, int units)
    {
        using var alone = new JournalAlone();
        var (rate, each) = await alone.RunAsync(Path.Combine(_folder, file), units, _ceilingTime);
        Say($"the gateway's journal alone, {units} units, committed and read by an outlet, frames/s (60,000 asked)", rate);
        Say("    processor time for a frame, us", each.TotalMicroseconds, "0.0");
    }

    private long MemoryOfFew(int brokerPort)
    {
        using var load = new LoadDatagrams(FewUnits, settings.FramesPerDatagram);
        using var gateway = new GatewayProcess(Path.Combine(_folder, "few"), brokerPort, FewUnits);
        gateway.Start();
        using var subscriber = new CountingSubscriber(brokerPort, FewUnits, 100_000);
        Drive(gateway, subscriber, load.Make(settings.Units), 0, null);
        return gateway.ResidentBytes().Now;
    }

    private void RateOnly(MosquittoProcess broker, LoadDatagrams load)
    {
        using var gateway = new GatewayProcess(Path.Combine(_folder, "gateway"), broker.Port, settings.Units);
        gateway.Start();
        using var subscriber = new CountingSubscriber(broker.Port, settings.Units, FramesMax, settings.SubscriberRests);
        WarmUp(gateway, subscriber, load);
        Rate(broker, gateway, subscriber, load);
    }

    private long FramesMax => (3L * settings.Units) + ((long)settings.Seconds * (RateMax + LatencyRate)) + WarmUpFrames + 100_000;

    // Every unit is heard, and the code is compiled for speed: with a tenth of this the compiler still took a quarter of the gateway's processor
    // time in the ten seconds after it (perf, November 2026).
    private void WarmUp(GatewayProcess gateway, CountingSubscriber subscriber, LoadDatagrams load) =>
        Drive(gateway, subscriber, load.Make(Math.Max(WarmUpFrames, 2L * settings.Units)), 0, null);

    private void Gateway(MosquittoProcess broker, LoadDatagrams load, long residentOfFew)
    {
        using var gateway = new GatewayProcess(Path.Combine(_folder, "gateway"), broker.Port, settings.Units);
        Say("start on an empty journal, s", gateway.Start().TotalSeconds, "0.00");
        using (var subscriber = new CountingSubscriber(broker.Port, settings.Units, FramesMax, settings.SubscriberRests))
        {
            WarmUp(gateway, subscriber, load);
            Rate(broker, gateway, subscriber, load);
            Latency(gateway, subscriber, load);
        }

        var (now, most) = gateway.ResidentBytes();
        Say($"memory with {settings.Units} units, every one heard, MB", now / 1e6, "0.0");
        Say("    at the most, under the full rate, MB", most / 1e6, "0.0");
        Say($"    with {FewUnits} units, MB", residentOfFew / 1e6, "0.0");
        var each = (now - residentOfFew) / (double)(settings.Units - FewUnits);
        Say("    for 100,000 units by the difference of the two (numbers have 14 bits: there are 16,384 at the most), MB", (now + (each * (100_000 - settings.Units))) / 1e6, "0.0");
        gateway.Stop();
        if (settings.JournalFrames == 0)
            return;
        LargeJournal.Fill(gateway.JournalFile, settings.JournalFrames);
        Say($"start on a journal of {settings.JournalFrames} frames ({new FileInfo(gateway.JournalFile).Length / 1e6:0} MB), s", gateway.Start().TotalSeconds, "0.00");
    }

    private void Rate(MosquittoProcess broker, GatewayProcess gateway, CountingSubscriber subscriber, LoadDatagrams load)
    {
        // A first measure says how many frames a long one takes.
        var first = load.Made;
        var (_, roughly) = Drive(gateway, subscriber, load.Make(40_000), first, null);
        first = load.Made;
        var frames = (long)Math.Min(roughly * settings.Seconds, (double)RateMax * settings.Seconds);
        var datagrams = load.Make(frames);
        var (ofGateway, ofBroker, own) = (gateway.ProcessorTime(), broker.ProcessorTime, Environment.CpuUsage.TotalTime);
        var (lost, rate) = Drive(gateway, subscriber, datagrams, first, null);
        (ofGateway, ofBroker, own) = (gateway.ProcessorTime() - ofGateway, broker.ProcessorTime - ofBroker, Environment.CpuUsage.TotalTime - own);
        frames = load.Made - first;
        Say("sustained, UDP to subscriber, committed and QoS 1, frames/s (30,000 asked)", rate);
        if (!settings.IsRateOnly)
            Say("    to the bare QoS 1 publishes of this run", rate / _barePublishes, "0.00");
        Say("    processor time of the gateway for a frame, us", ofGateway.TotalMicroseconds / frames, "0.0");
        Say("    of the broker", ofBroker.TotalMicroseconds / frames, "0.0");
        Say("    of load and subscriber", own.TotalMicroseconds / frames, "0.0");
        Say("    the gateway's in cores", ofGateway.TotalSeconds * rate / frames, "0.00");
        Say("    lost / twice", $"{lost} / {subscriber.Again}");
    }

    private void Latency(GatewayProcess gateway, CountingSubscriber subscriber, LoadDatagrams load)
    {
        var first = load.Made;
        var datagrams = load.Make((long)LatencyRate * settings.Seconds);
        var sentAt = new long[datagrams.Count];
        var (lost, _) = Drive(gateway, subscriber, datagrams, first, sentAt);
        List<double> latencyMs = new((int)(load.Made - first));
        for (var frame = first; frame < load.Made; frame++)
        {
            var arrived = subscriber.ArrivedAt(frame);
            if (arrived != 0)
                latencyMs.Add(Stopwatch.GetElapsedTime(sentAt[(frame - first) / load.FramesPerDatagram], arrived).TotalMilliseconds);
        }

        latencyMs.Sort();
        Say($"latency at {LatencyRate} frames/s, datagram to subscriber, p50, ms", latencyMs[latencyMs.Count / 2], "0.0");
        Say("    p99, ms (20 asked)", latencyMs[(int)(latencyMs.Count * 0.99)], "0.0");
        Say("    most, ms", latencyMs[^1], "0.0");
        Say("    lost", $"{lost}");
    }

    /// <summary>
    /// Sends the datagrams: at <see cref="LatencyRate"/> whatever happens if the instants are asked for, and otherwise as fast as frames come
    /// out at the other end. Returns what never came, and frames a second.
    /// </summary>
    private (long Lost, double Rate) Drive(
        GatewayProcess gateway, CountingSubscriber subscriber, List<byte[]> datagrams, long first, long[]? sentAt)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, gateway.UdpPort));
        var before = subscriber.Received;
        var begin = Stopwatch.GetTimestamp();
        long sent = 0;
        for (var i = 0; i < datagrams.Count; i++)
        {
            if (sentAt is null)
            {
                if (!Wait(() => sent - (subscriber.Received - before) < OnTheirWayMax))
                    break;
            }
            else
            {
                while (Stopwatch.GetElapsedTime(begin).TotalSeconds * LatencyRate < sent)
                    Thread.Sleep(1);
                sentAt[i] = Stopwatch.GetTimestamp();
            }

            socket.Send(datagrams[i]);
            sent += settings.FramesPerDatagram;
        }

        Wait(() => subscriber.Received - before >= sent);
        var arrived = subscriber.Received - before;
        var last = first;
        for (var frame = first; frame < first + sent; frame++)
            last = Math.Max(last, subscriber.ArrivedAt(frame));
        var seconds = Stopwatch.GetElapsedTime(begin, Math.Max(last, begin + 1)).TotalSeconds;
        return (sent - arrived, arrived / seconds);
    }

    // Until it is so, or nothing has come for so long that it never will.
    private static bool Wait(Func<bool> isSo)
    {
        var begin = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(begin) > _patience)
                return false;
            Thread.Sleep(1);
        }

        return true;
    }

    private static void Say(string what, double value, string format = "#,0") => Say(what, value.ToString(format, CultureInfo.InvariantCulture));

    private static void Say(string what, string value) => Console.WriteLine($"{what,-112} {value,14}");
}
