using System.Diagnostics;

namespace BoatTelemetry.Gateway.Tests.Support;

internal static class Eventually
{
    // Longer than what waits twice as long after each failure can take, on a machine that is busy with other things.
    private const int TimeoutMs = 120_000;

    /// <summary>Looks again and again until it is so, and fails after a time that only a fault can take.</summary>
    public static Task TrueAsync(Func<bool> isSo, string what, int timeoutMs = TimeoutMs) => TrueAsync(isSo, () => what, timeoutMs);

    /// <summary>The same, with what a failure tells made when it is one.</summary>
    public static async Task TrueAsync(Func<bool> isSo, Func<string> what, int timeoutMs = TimeoutMs)
    {
        var waited = Stopwatch.StartNew();
        while (!isSo())
        {
            if (waited.ElapsedMilliseconds >= timeoutMs)
                Assert.Fail($"never came true: {what()}");
            await Task.Delay(5);
        }
    }
}
