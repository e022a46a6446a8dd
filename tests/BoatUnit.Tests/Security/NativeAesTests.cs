using BoatTelemetry.BoatUnit.Security;
using BoatTelemetry.Core.SelfTest;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Security;

public sealed class NativeAesTests(ITestOutputHelper output)
{
    [Fact]
    public void Encrypt_RandomKeysAndBlocks_AgreesWithTheSimulatedAes()
    {
        var random = Seed.New(output);
        var (key, input) = (new byte[NativeAes.KeyBytes], new byte[16 * NativeAes.BlocksMax]);
        var (expected, actual) = (new byte[input.Length], new byte[input.Length]);
        for (var i = 0; i < 200; i++)
        {
            random.NextBytes(key);
            using var simulated = new SimulatedAes(key);
            var native = new NativeAes(key);
            for (var call = 0; call < 3; call++)
            {
                random.NextBytes(input);
                var length = 16 * random.Next(1, NativeAes.BlocksMax + 1);
                simulated.EncryptCbc(input, length, expected);
                native.EncryptCbc(input, length, actual);
                Assert.Equal(expected[..length], actual[..length]);
                simulated.EncryptEcb(input, length, expected);
                native.EncryptEcb(input, length, actual);
                Assert.Equal(expected[..length], actual[..length]);
            }
        }
    }

    [Fact]
    public void Constructor_KeyChangedAfterwards_IsNotItsOwn()
    {
        var key = new byte[16];
        var native = new NativeAes(key);
        var (before, after) = (new byte[16], new byte[16]);
        native.EncryptEcb(new byte[16], 16, before);
        key[0] = 1;
        native.EncryptEcb(new byte[16], 16, after);

        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(16 * (NativeAes.BlocksMax + 1))]
    public void Encrypt_LengthThatIsNotWholeBlocksOrTooMany_Throws(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NativeAes(new byte[16]).EncryptEcb(new byte[512], length, new byte[512]));

    [Fact]
    public void SelfTest_OnTheNativeAes_AllOk()
    {
        var test = new VectorSelfTest(new SelfTestVectors(), new NativeAesFactory(), new Ticks(), null!, 1);
        while (test.Step())
            Assert.Equal(0, test.Failed);

        Assert.Equal(test.Count, test.Ok);
    }

    private sealed class Ticks : IMicrosecondClock
    {
        public long NowUs => Environment.TickCount64 * 1000;
    }
}
