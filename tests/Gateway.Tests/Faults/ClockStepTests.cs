using System.Diagnostics;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>The gateway's wall clock is set, back and forth, while it works; its monotonic clock goes on.</summary>
public sealed class ClockStepTests(ITestOutputHelper output)
{
    // From a second to a day: a boat without memory finds a downlink's counter within 34 minutes of its own clock, so what is sealed
    // during the larger steps may reach no boat, and must do no harm either.
    private static readonly int[] _stepsS = [1, 60, 1_000, 3_600, 86_400];

    [FaketimeFact]
    public async Task Clock_SteppedBackAndForth_LosesNoAcknowledgedFrame()
    {
        var random = Seed.New(output);
        var times = Math.Min(FaultRun.Times(4), 50);
        var clock = Path.GetTempFileName();
        try
        {
            await SetAsync(clock, 0);
            await using var run = await FaultRun.StartAsync(
                output,
                LoadOptions.OfRate(FaultRun.Rate(300)),
                random,
                startGateway: gateway =>
                {
                    gateway.Launch = start => FakeClock(start, clock);
                    return gateway.StartAsync();
                });
            for (var i = 0; i < times; i++)
            {
                await Task.Delay(random.Next(500, 1_500));
                var stepS = _stepsS[random.Next(_stepsS.Length)];
                await SetAsync(clock, random.Next(2) == 0 ? stepS : -stepS);
            }

            await SetAsync(clock, 0);
            await run.SettleAsync("clock stepped", times);
        }
        finally
        {
            File.Delete(clock);
        }
    }

    private static void FakeClock(ProcessStartInfo start, string file)
    {
        start.Environment["LD_PRELOAD"] = FaketimeFactAttribute.Library;
        start.Environment["FAKETIME_TIMESTAMP_FILE"] = file;
        start.Environment["FAKETIME_NO_CACHE"] = "1";

        // The monotonic clock, and with it every timer, stays as it is.
        start.Environment["DONT_FAKE_MONOTONIC"] = "1";
        start.Environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0";
    }

    // The reader must never find half a file.
    private static async Task SetAsync(string file, int offsetS)
    {
        var next = file + ".next";
        await File.WriteAllTextAsync(next, $"{(offsetS < 0 ? "-" : "+")}{Math.Abs(offsetS)}\n");
        File.Move(next, file, overwrite: true);
    }
}

/// <summary>A test that needs libfaketime, which the set-up installs where there is apt.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaketimeFactAttribute : FactAttribute
{
    public FaketimeFactAttribute()
    {
        if (Library is null)
            Skip = "libfaketime is not installed";
    }

    /// <summary>The library to preload; null if it is not here.</summary>
    public static string? Library { get; } = Find();

    private static string? Find() => Directory.Exists("/usr/lib")
        ? Directory.GetDirectories("/usr/lib").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        : null;
}
