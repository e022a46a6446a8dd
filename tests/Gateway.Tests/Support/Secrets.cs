namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>Looks for keys where none may be.</summary>
internal static class Secrets
{
    private const int PartBytes = 4;

    /// <summary>Fails if any four bytes of a key stand in a text, in hexadecimal digits or base64.</summary>
    public static void AreAbsent(string text, params IEnumerable<byte[]> keys)
    {
        foreach (var key in keys)
        {
            for (var at = 0; at + PartBytes <= key.Length; at++)
            {
                var part = key.AsSpan(at, PartBytes);
                Assert.DoesNotContain(Convert.ToHexString(part), text, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain(BitConverter.ToString(part.ToArray()), text, StringComparison.OrdinalIgnoreCase);
            }

            for (var at = 0; at + 6 <= key.Length; at++)
                Assert.DoesNotContain(Convert.ToBase64String(key, at, 6), text, StringComparison.Ordinal);
        }
    }
}
