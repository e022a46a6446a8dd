using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Core.Tests.Security;

/// <summary>A frame whose tag fits one counter, or by chance: <paramref name="tagBits"/> of a hash are what a forger must hit.</summary>
internal sealed class FakeFrame(long counter, int tagBits = 0, int salt = 0) : IFrameOpener
{
    public int Openings { get; private set; }

    public int Low => (int)(counter & 0xFFF);

    public static FakeFrame Forged(long low) => new(low | (1L << 40));

    public bool Opens(uint assumed)
    {
        Openings++;
        return assumed == counter || (tagBits > 0 && Hash(assumed) >> (32 - tagBits) == 0);
    }

    private uint Hash(uint assumed)
    {
        var x = ((ulong)assumed << 32 | (uint)salt) * 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 29)) * 0xBF58476D1CE4E5B9;
        return (uint)((x ^ (x >> 32)) >> 8);
    }
}
