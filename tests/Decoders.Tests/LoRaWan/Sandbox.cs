using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Decoders.Tests.LoRaWan;

/// <summary>Calls the payload codec under Node, in sandbox.js beside this file.</summary>
internal static class Sandbox
{
    public static string CodecPath { get; } = RepositoryPaths.InRepository("gateway", "Decoders", "lorawan", "boat-telemetry.js");

    private static readonly string _harness =
        RepositoryPaths.InRepository("tests", "Decoders.Tests", "LoRaWan", "sandbox.js");

    /// <summary>The answers to as many calls, in their order, and the slowest call's time.</summary>
    public static async Task<(IReadOnlyList<JsonObject> Answers, double SlowestMs)> CallAsync(
        IReadOnlyCollection<JsonObject> calls, bool strict = true)
    {
        var start = new ProcessStartInfo(ToolPath.Find("node", package: "nodejs"), [_harness, CodecPath, strict ? "strict" : "sloppy"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            foreach (var call in calls)
                await process.StandardInput.WriteLineAsync(call.ToJsonString());
            process.StandardInput.Close();
            var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            await process.WaitForExitAsync(timeout.Token);
            if (process.ExitCode != 0 || lines.Length != calls.Count + 1)
                throw new InvalidOperationException($"node ended with {process.ExitCode}: {await errors}");
            var answers = lines.Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
            return (answers[..^1], (double)answers[^1]["slowestMs"]!);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    public static JsonObject Decode(string function, int fPort, ReadOnlySpan<byte> payload) =>
        new() { ["fn"] = function, ["fPort"] = fPort, ["hex"] = Convert.ToHexString(payload) };

    /// <summary>The call for a payload of this kind, up or down.</summary>
    public static JsonObject Decode(int kind, ReadOnlySpan<byte> payload) =>
        Decode(kind is 7 or 8 ? "decodeDownlink" : "decodeUplink", kind, payload);

    /// <summary>FRAME-SPEC, other carriers: a live payload is the body, a durable one has flags and counter before it.</summary>
    public static byte[] Payload(int kind, int flags, uint counter, ReadOnlySpan<byte> body) =>
        kind is 1 or 2 or 7
            ? body.ToArray()
            : [(byte)(flags << 4), (byte)(counter >> 24), (byte)(counter >> 16), (byte)(counter >> 8), (byte)counter, .. body];

    /// <summary>The reason's name if the answer is an error and nothing else, or null.</summary>
    public static string? Reason(JsonObject answer)
    {
        var errors = answer["result"]?["errors"]?.AsArray();
        return errors is null ? null : ((string)errors.Single()!).Split(':')[0];
    }
}
