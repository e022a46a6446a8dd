using System.Diagnostics;

namespace BoatTelemetry.Gateway.Tests.Support;

internal static class Eventually
{
    /// <summary>Looks again and again until it is so, and fails after a time that only a fault can take.</summary>
    public static async Task TrueAsync(Func<bool> isSo, string what, int timeoutMs = 30_000)
    {
        var waited = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(waited.ElapsedMilliseconds < timeoutMs, $"never came true: {what}");
            await Task.Delay(5);
        }
    }
}
