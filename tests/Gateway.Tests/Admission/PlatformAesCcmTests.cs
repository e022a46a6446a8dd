using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Admission;

public sealed class PlatformAesCcmTests(ITestOutputHelper output)
{
    [Fact]
    public void SealAndOpen_RandomInputs_AgreeWithCores()
    {
        var random = Seed.New(output);
        for (var i = 0; i < 2000; i++)
        {
            var key = Bytes(random, 16);
            using var aes = new SimulatedAes(key);
            var core = new AesCcm(aes);
            using var platform = new PlatformAesCcm(key);
            var nonce = Bytes(random, random.Next(7, 14));
            var associated = Bytes(random, 64);
            var associatedLength = random.Next(65);
            var tagLength = 2 * random.Next(2, 9);
            var textLength = random.Next(201);
            var offset = random.Next(8);
            var byCore = Bytes(random, offset + textLength + tagLength + 3);
            var text = byCore.AsSpan(offset, textLength).ToArray();
            var byPlatform = byCore.ToArray();

            core.Seal(nonce, associated, associatedLength, byCore, offset, textLength, tagLength);
            platform.Seal(nonce, associated, associatedLength, byPlatform, offset, textLength, tagLength);
            Assert.Equal(byCore, byPlatform);

            var opened = new byte[textLength];
            Assert.True(platform.Open(nonce, associated, associatedLength, byCore, offset, textLength, tagLength, opened));
            Assert.Equal(text, opened);
            byCore[offset + random.Next(textLength + tagLength)] ^= (byte)(1 << random.Next(8));
            Assert.False(platform.Open(nonce, associated, associatedLength, byCore, offset, textLength, tagLength, opened));
            Assert.False(core.Open(nonce, associated, associatedLength, byCore, offset, textLength, tagLength, opened));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(32)]
    public void Key_OfAnotherLength_IsMisuse(int bytes) =>
        Assert.Throws<ArgumentException>(() => new PlatformAesCcm(new byte[bytes]));

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
