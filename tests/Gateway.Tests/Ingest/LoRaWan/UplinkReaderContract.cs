using System.Text;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.LoRaWan;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.LoRaWan;

/// <summary>What every reader of a LoRaWAN network server's uplinks must do, whatever the server's JSON looks like.</summary>
public abstract class UplinkReaderContract(string sample, ITestOutputHelper output)
{
    private protected static readonly Reception Arrival = new() { ReceivedUtcMs = 1_772_593_446_000, ReceivedMonotonicMs = 500_000 };

    private protected LoRaWanSink Sink { get; } = new();

    [Fact]
    public void Read_WholeMessage_AllocatesNothing()
    {
        var json = Encoding.UTF8.GetBytes(sample);
        var sink = new CountingLoRaWanSink();
        Read(json, in Arrival, sink);

        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var i = 0; i < 1000; i++)
                Read(json, in Arrival, sink);
        }));
        Assert.True(sink.Frames >= 2002);
    }

    [Fact]
    public void Messages_RandomAndMutated_NeverThrow()
    {
        var random = Seed.New(output);
        var good = Encoding.UTF8.GetBytes(sample);
        var sink = new CountingLoRaWanSink();
        for (var i = 0; i < 100_000; i++)
            Read(Hostile.Next(random, good, 500), in Arrival, sink);

        Assert.True(sink.Frames > 0);
    }

    /// <summary>Reads with the reader under test, always the same one.</summary>
    private protected abstract LoRaWanRejection Read(byte[] json, in Reception arrival, ILoRaWanSink sink);

    /// <summary>Reads into <see cref="Sink"/>.</summary>
    private protected LoRaWanRejection Read(string json) => Read(Encoding.UTF8.GetBytes(json), in Arrival, Sink);

    /// <summary>A message that gives nothing says why.</summary>
    private protected void Refuses(string json, LoRaWanRejection rejection)
    {
        Assert.Equal(rejection, Read(json));

        Assert.Empty(Sink.Frames);
    }
}
