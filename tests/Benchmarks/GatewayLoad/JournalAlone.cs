using System.Diagnostics;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Benchmarks.GatewayLoad;

/// <summary>The journal without the rest of the way: frames appended as fast as datagrams come back from commits, and read by an outlet that keeps up.</summary>
internal sealed class JournalAlone : IHostApplicationLifetime, IDisposable
{
    private const int DatagramsMax = 8192;
    private readonly GatewayMetrics _metrics = new();
    private readonly CancellationTokenSource _never = new();

    CancellationToken IHostApplicationLifetime.ApplicationStarted => _never.Token;

    CancellationToken IHostApplicationLifetime.ApplicationStopping => _never.Token;

    CancellationToken IHostApplicationLifetime.ApplicationStopped => _never.Token;

    /// <summary>Frames a second, committed and read, of so many units in turn; and the processor time of all of it for a frame.</summary>
    public async Task<(double Rate, TimeSpan EachFrame)> RunAsync(string file, int units, TimeSpan time)
    {
        var buffer = new DatagramBuffer(DatagramsMax);
        using var journal = new SqliteJournal(
            new JournalOptions { File = file },
            buffer,
            [],
            new StageGuard(this, NullLogger<StageGuard>.Instance),
            _metrics,
            TimeProvider.System,
            NullLogger<SqliteJournal>.Instance);
        await journal.StartAsync(CancellationToken.None);
        var used = Environment.CpuUsage.TotalTime;
        var begin = Stopwatch.GetTimestamp();
        var appending = new Thread(() => Append(buffer, journal, units, begin, time));
        appending.Start();
        List<JournalRecord> records = [];
        for (long read = 0; appending.IsAlive || read < journal.CommittedId;)
        {
            await Task.WhenAny(journal.WaitForCommitAsync(read, CancellationToken.None), Task.Delay(100));
            journal.Read(read, 256, records);
            read = records.Count > 0 ? records[^1].Frame.Id : read;
        }

        await journal.FlushAsync(CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(begin);
        used = Environment.CpuUsage.TotalTime - used;
        var frames = journal.CommittedId;
        await journal.StopAsync(CancellationToken.None);
        return (frames / took.TotalSeconds, used / frames);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _never.Dispose();
    }

    void IHostApplicationLifetime.StopApplication()
    {
    }

    private static void Append(DatagramBuffer buffer, SqliteJournal journal, int units, long begin, TimeSpan time)
    {
        var frame = new byte[21];
        var body = new byte[13];
        var reception = new Reception { Concentrator = 1, RssiDbm = -100, SnrDecibelE1 = 50, FrequencyHz = 923_200_000, SpreadingFactor = 7 };
        for (long i = 0; (i & 1023) != 0 || Stopwatch.GetElapsedTime(begin) < time; i++)
        {
            var nowMs = 1_800_000_000_000 + i;
            reception.ReceivedUtcMs = nowMs;
            while (!buffer.TryAdd(frame, in reception))
                Thread.Sleep(1);

            // The journal has all that it gets at once: as the admission would, wait for a commit.
            Datagram datagram;
            while (!buffer.TryTake(out datagram))
                Thread.Sleep(1);

            var unit = (int)(i % units);
            datagram.SetAdmitted(
                new AdmittedFrame { Unit = unit, Counter = (uint)(i / units), Kind = FrameKind.LiveArea, TimeUtcMs = nowMs, ReceivedUtcMs = nowMs }, body);
            journal.Append(datagram, AdmissionState.NeverSeen with { Live = new LiveWindowState(i / units, ulong.MaxValue, nowMs) });
        }
    }
}
