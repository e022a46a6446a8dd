using System.CommandLine;
using BoatTelemetry.Benchmarks.GatewayLoad;

namespace BoatTelemetry.Benchmarks;

/// <summary><c>gateway</c>: the way from a concentrator's datagram to a subscriber, through real processes, beside what this machine can do at most.</summary>
internal static class GatewayCommand
{
    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 10, Description = "How long each rate is measured" };
        var units = new Option<int>("--units") { DefaultValueFactory = _ => 16_384, Description = "Units that send, 16,384 at the most: their numbers have 14 bits" };
        var rxpk = new Option<int>("--rxpk") { DefaultValueFactory = _ => 4, Description = "Frames in a datagram" };
        var journal = new Option<int>("--journal-frames") { DefaultValueFactory = _ => 10_000_000, Description = "Frames in the journal of the start that is timed; 0 leaves it out" };
        var rateOnly = new Option<bool>("--rate-only") { Description = "Measure the sustained rate and the processor time alone, as for comparing two builds" };
        var noDelay = new Option<bool>("--broker-no-delay") { Description = "mosquitto's set_tcp_nodelay, which is off by default: with it each packet is a segment" };
        var rests = new Option<bool>("--subscriber-rests") { Description = "The subscriber gathers what comes for a millisecond, as one with more to do would" };
        var command = new Command("gateway", "Rate, latency, memory and start of the gateway, beside the machine's ceilings.")
        {
            seconds, units, rxpk, journal, rateOnly, noDelay, rests,
        };
        command.SetAction((result, _) => new GatewayMeasures(new GatewayMeasureSettings(
            result.GetValue(seconds), result.GetValue(units), result.GetValue(rxpk), result.GetValue(journal), result.GetValue(rateOnly),
            result.GetValue(noDelay), result.GetValue(rests))).RunAsync());
        return command;
    }
}
