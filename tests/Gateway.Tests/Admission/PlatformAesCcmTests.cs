using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Admission;

public sealed class PlatformAesCcmTests(ITestOutputHelper output)
{
    [Fact]
    public void SealAndOpen_RandomInputs_AgreeWithThePlatformsCcm()
    {
        var random = Seed.New(output);
        for (var i = 0; i < 2000; i++)
        {
            var key = Bytes(random, 16);
            using var reference = new System.Security.Cryptography.AesCcm(key);
            using var platform = new PlatformAesCcm(key);
            var nonce = Bytes(random, random.Next(7, 14));
            var associated = Bytes(random, 64);
            var associatedLength = random.Next(65);
            var tagLength = 2 * random.Next(2, 9);
            var textLength = random.Next(201);
            var offset = random.Next(8);
            var byReference = Bytes(random, offset + textLength + tagLength + 3);
            var text = byReference.AsSpan(offset, textLength).ToArray();
            var byPlatform = byReference.ToArray();

            reference.Encrypt(
                nonce, text, byReference.AsSpan(offset, textLength), byReference.AsSpan(offset + textLength, tagLength), associated.AsSpan(0, associatedLength));
            platform.Seal(nonce, associated, associatedLength, byPlatform, offset, textLength, tagLength);
            Assert.Equal(byReference, byPlatform);

            var opened = new byte[textLength];
            Assert.True(platform.Open(nonce, associated, associatedLength, byReference, offset, textLength, tagLength, opened));
            Assert.Equal(text, opened);
            byReference[offset + random.Next(textLength + tagLength)] ^= (byte)(1 << random.Next(8));
            Assert.False(platform.Open(nonce, associated, associatedLength, byReference, offset, textLength, tagLength, opened));
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
