namespace BoatTelemetry.Core.Tests.Tracks;

/// <summary>Payloads that no encoder wrote: pure noise, and good ones with bits turned, cut or lengthened.</summary>
internal static class RandomBytes
{
    public static int Fill(Random random, byte[] bytes, byte[] good)
    {
        random.NextBytes(bytes);
        var count = random.Next(bytes.Length + 1);
        if (random.Next(2) == 0)
        {
            good.CopyTo(bytes, 0);
            for (var turned = random.Next(1, 6); turned > 0; turned--)
            {
                bytes[random.Next(good.Length)] ^= (byte)(1 << random.Next(8));
            }

            count = random.Next(4) == 0 ? count : good.Length;
        }

        return count;
    }
}
