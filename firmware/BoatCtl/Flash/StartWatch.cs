using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;

namespace BoatTelemetry.BoatCtl.Flash;

/// <summary>Waits until a unit that was flashed answers on its console, and reads what its boot loader says meanwhile.</summary>
/// <param name="port">The port; it may vanish for a while as the chip starts.</param>
/// <param name="wait">How long a start may take.</param>
internal sealed class StartWatch(string port, TimeSpan wait)
{
    private const int RetryPauseMs = 250;
    private static readonly TimeSpan _answer = TimeSpan.FromSeconds(2);

    private readonly StringBuilder _heard = new();

    /// <summary>What came that was no answer, at most some kilobytes.</summary>
    public string Heard => _heard.ToString();

    /// <summary>What the unit says of itself; null if it does not answer in time.</summary>
    public JsonObject? Info(CancellationToken cancellation)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < wait && !cancellation.IsCancellationRequested;)
        {
            try
            {
                using var bench = new BenchClient(new HearingLine(SerialLine.Open(port), _heard), port, _answer);
                var reply = bench.Send("info");
                if (reply.Outcome == BenchOutcome.Done)
                    return reply.Fields;
            }
            catch (BenchException)
            {
                // Not there yet.
            }

            cancellation.WaitHandle.WaitOne(RetryPauseMs);
        }

        return null;
    }

    private sealed class HearingLine(ISerialLine line, StringBuilder heard) : ISerialLine
    {
        private const int HeardCharactersMax = 16_384;

        public int Read(byte[] bytes, int timeoutMs)
        {
            var count = line.Read(bytes, timeoutMs);
            if (count > 0 && heard.Length < HeardCharactersMax)
                heard.Append(Encoding.ASCII.GetString(bytes, 0, count));
            return count;
        }

        public bool TryWrite(ReadOnlySpan<byte> bytes, int timeoutMs) => line.TryWrite(bytes, timeoutMs);

        public void Dispose() => line.Dispose();
    }
}
