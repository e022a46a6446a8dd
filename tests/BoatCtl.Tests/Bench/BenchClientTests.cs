using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatCtl.Tests.Bench;

public sealed class BenchClientTests(ITestOutputHelper output)
{
    // As docs/bench-console.md has it, shortened.
    private const string View =
        """{"event":"sensors","atMs":61007,"supplyMv":12640,"bilge":"dry","faults":0,"inputs":{"sos":false,"open":false},"links":{"lora":{"state":"ready","rssiDbm":-71},"wifi":null}}""";

    // A unit drops what the cable does not take, so a line's two ends may meet.
    [Fact]
    public void NextEvent_LineWithANameTwice_IsPassedOver()
    {
        var view = Assert.Single(Views("""{"event":"sensors","atMs":1,"faults":0,"atMs":1}""" + "\n" + View + "\n"));
        Assert.Equal(61_007, (int)view["atMs"]!);
    }

    [Fact]
    public void NextEvent_LinesThatLostBytes_AreViewsThatCanBeShownOrNone()
    {
        const int Lines = 20_000;
        var random = Seed.New(output);
        var text = new StringBuilder();
        for (var i = 0; i < Lines; i++)
        {
            var two = View + '\n' + View;
            var from = random.Next(two.Length);
            text.Append(two.AsSpan(0, from)).Append(two.AsSpan(random.Next(from, two.Length))).Append('\n');
        }

        var shown = Views(text.ToString()).Count(view => SensorFields.Of(view).Any());
        output.WriteLine($"{shown} of {2 * Lines} could be shown");
        Assert.InRange(shown, Lines / 2, 2 * Lines);
    }

    private static List<JsonObject> Views(string said)
    {
        var views = new List<JsonObject>();
        using var bench = new BenchClient(new SayingLine(Encoding.UTF8.GetBytes(said)), "test", TimeSpan.FromSeconds(1));
        try
        {
            while (bench.NextEvent("sensors", TimeSpan.FromMinutes(1)) is { } view)
                views.Add(view);
        }
        catch (BenchException e) when (e.Outcome == BenchOutcome.Gone)
        {
            // All of it was said.
        }

        return views;
    }

    private sealed class SayingLine(byte[] said) : ISerialLine
    {
        private int _at;

        public int Read(byte[] bytes, int timeoutMs)
        {
            var count = Math.Min(bytes.Length, said.Length - _at);
            said.AsSpan(_at, count).CopyTo(bytes);
            _at += count;
            return count > 0 ? count : -1;
        }

        public bool TryWrite(ReadOnlySpan<byte> bytes, int timeoutMs) => true;

        public void Dispose()
        {
        }
    }
}
