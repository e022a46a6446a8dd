using System.Text;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>Bytes that nobody means well with.</summary>
public static class Hostile
{
    /// <summary>Noise of up to so many bytes, or a good message with some of its bytes changed, cut, doubled or taken away.</summary>
    public static byte[] Next(Random random, byte[] good, int noiseMax)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(good);
        if (random.Next(8) == 0)
        {
            var noise = new byte[random.Next(noiseMax)];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = new List<byte>(good);
        for (var n = random.Next(1, 6); n > 0 && bytes.Count > 0; n--)
            Change(random, bytes);
        return [.. bytes];
    }

    private static void Change(Random random, List<byte> bytes)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(6))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)));
                break;
            case 4:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            default:
                // What breaks readers of JSON: other types, deep nesting, escapes, numbers out of range.
                string[] tokens = ["{", "[", "}", "]", "null", "\"", "\\u0000", "\\ud800", "1e999", "-", ",", ":", "true"];
                bytes.InsertRange(at, Encoding.ASCII.GetBytes(tokens[random.Next(tokens.Length)]));
                break;
        }
    }
}
