using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Security;

public sealed class SoftwareAesTests(ITestOutputHelper output)
{
    // FIPS 197 appendix B and C.1; NIST SP 800-38A F.1.1, all four blocks.
    [Theory]
    [InlineData("2B7E151628AED2A6ABF7158809CF4F3C", "3243F6A8885A308D313198A2E0370734", "3925841D02DC09FBDC118597196A0B32")]
    [InlineData("000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF", "69C4E0D86A7B0430D8CDB78070B4C55A")]
    [InlineData(
        "2B7E151628AED2A6ABF7158809CF4F3C",
        "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E5130C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710",
        "3AD77BB40D7A3660A89ECAF32466EF97F5D3D58503B9699DE785895A96FDBAAF43B1CD7F598ECE23881B00E3ED0306887B0C785E27E8AD3F8223207104725DD4")]
    public void EncryptEcb_PublishedVectors_AreTheirs(string key, string text, string expected)
    {
        var input = Convert.FromHexString(text);
        var encrypted = new byte[input.Length];
        new SoftwareAes(Convert.FromHexString(key)).EncryptEcb(input, input.Length, encrypted);

        Assert.Equal(expected, Convert.ToHexString(encrypted));
    }

    [Fact]
    public void Encrypt_RandomKeysAndBlocks_AgreesWithThePlatform()
    {
        var random = Seed.New(output);
        var (key, input) = (new byte[16], new byte[352]);
        var (expected, actual) = (new byte[352], new byte[352]);
        for (var i = 0; i < 2_000; i++)
        {
            random.NextBytes(key);
            random.NextBytes(input);
            var length = 16 * random.Next(1, 23);
            using var platform = new SimulatedAes(key);
            var software = new SoftwareAes(key);

            platform.EncryptCbc(input, length, expected);
            software.EncryptCbc(input, length, actual);
            Assert.Equal(expected[..length], actual[..length]);
            platform.EncryptEcb(input, length, expected);
            software.EncryptEcb(input, length, actual);
            Assert.Equal(expected[..length], actual[..length]);
        }
    }

    [Fact]
    public void Encrypt_AnyNumberOfBlocks_AllocatesNothing()
    {
        var aes = new SoftwareAes(new byte[16]);
        var buffer = new byte[352];
        aes.EncryptCbc(buffer, buffer.Length, buffer);
        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var i = 0; i < 100; i++)
            {
                aes.EncryptCbc(buffer, buffer.Length, buffer);
                aes.EncryptEcb(buffer, buffer.Length, buffer);
            }
        }));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(32)]
    public void Constructor_KeyOfAnotherLength_Throws(int bytes) =>
        Assert.Throws<ArgumentException>(() => new SoftwareAes(new byte[bytes]));
}
