using System.Text.Json;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;
using PlatformAesCcm = System.Security.Cryptography.AesCcm;

namespace BoatTelemetry.Core.Tests.Security;

/// <summary>The boat unit's CCM, composed of ECB and CBC, against the standards and against the platform's own.</summary>
public sealed class AesCcmTests(ITestOutputHelper output)
{
    public static TheoryData<string> PublishedVectors()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(RepositoryPaths.InRepository("tests", "Vectors", "aes-ccm.json")));
        var names = new TheoryData<string>();
        foreach (var vector in document.RootElement.GetProperty("vectors").EnumerateArray())
        {
            names.Add(vector.GetProperty("name").GetString()!);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(PublishedVectors))]
    public void SealAndOpen_PublishedVector_Agree(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(RepositoryPaths.InRepository("tests", "Vectors", "aes-ccm.json")));
        var vector = document.RootElement.GetProperty("vectors").EnumerateArray().Single(v => v.GetProperty("name").GetString() == name);
        byte[] Bytes(string key) => Convert.FromHexString(vector.GetProperty(key).GetString()!);
        var tagBytes = vector.GetProperty("tagBytes").GetInt32();

        using var aes = new SimulatedAes(Bytes("key"));
        var ccm = new AesCcm(aes);
        var text = Bytes("text");
        var sealedBytes = Seal(ccm, Bytes("nonce"), Bytes("associated"), text, tagBytes);
        Assert.Equal(Convert.ToHexString(Bytes("sealed")), Convert.ToHexString(sealedBytes));

        var opened = new byte[text.Length];
        Assert.True(ccm.Open(Bytes("nonce"), Bytes("associated"), Bytes("associated").Length, sealedBytes, 0, text.Length, tagBytes, opened));
        Assert.Equal(text, opened);
    }

    [SharedDataFact]
    public void SealAndOpen_WycheproofVectorsWithinTheLimits_Agree()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(RepositoryPaths.Shared("vectors", "wycheproof-aes_ccm_test.json")));
        int valid = 0, invalid = 0, refused = 0, outside = 0;
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                byte[] Bytes(string key) => Convert.FromHexString(test.GetProperty(key).GetString()!);
                var isValid = test.GetProperty("result").GetString() == "valid";
                var (nonce, associated, text, tag) = (Bytes("iv"), Bytes("aad"), Bytes("msg"), Bytes("tag"));
                byte[] expected = [.. Bytes("ct"), .. tag];
                if (Bytes("key").Length != 16 || associated.Length > AesCcm.AssociatedBytesMax || text.Length > AesCcm.TextBytesMax)
                {
                    outside++;
                    continue;
                }

                using var aes = new SimulatedAes(Bytes("key"));
                var ccm = new AesCcm(aes);
                if (nonce.Length is < 7 or > 13 || tag.Length is < 4 or > 16 || tag.Length % 2 != 0)
                {
                    // What the standard does not allow is misuse, whatever the vector calls it.
                    Assert.False(isValid);
                    Assert.Throws<ArgumentOutOfRangeException>(() => Seal(ccm, nonce, associated, text, tag.Length));
                    refused++;
                    continue;
                }

                var textLength = expected.Length - tag.Length;
                var opens = ccm.Open(nonce, associated, associated.Length, expected, 0, textLength, tag.Length, new byte[textLength]);
                Assert.Equal(isValid, opens);
                if (isValid)
                {
                    Assert.Equal(expected, Seal(ccm, nonce, associated, text, tag.Length));
                }

                _ = isValid ? valid++ : invalid++;
            }
        }

        output.WriteLine($"valid {valid}, invalid {invalid}, refused as misuse {refused}, other key sizes or longer {outside}");
        Assert.True(valid > 80 && invalid > 20 && refused > 10, "the vectors are no longer what this test was written for");
    }

    [Fact]
    public void SealAndOpen_HundredThousandRandomInputs_AgreeWithThePlatform()
    {
        var random = Seed.New(output);
        for (var key = 0; key < 1_000; key++)
        {
            var keyBytes = RandomBytes(random, 16);
            using var aes = new SimulatedAes(keyBytes);
            using var platform = new PlatformAesCcm(keyBytes);
            var ccm = new AesCcm(aes);
            for (var i = 0; i < 100; i++)
            {
                AssertAgree(random, ccm, platform);
            }
        }
    }

    [Fact]
    public void Open_AnyBitTurned_DoesNotFit()
    {
        using var aes = new SimulatedAes(RandomBytes(new Random(1), 16));
        var ccm = new AesCcm(aes);
        var nonce = new byte[13];
        byte[] associated = [1, 2, 3, 4];
        var sealedBytes = Seal(ccm, nonce, associated, [5, 6, 7, 8, 9], 4);
        for (var bit = 0; bit < sealedBytes.Length * 8; bit++)
        {
            sealedBytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(ccm.Open(nonce, associated, 4, sealedBytes, 0, 5, 4, new byte[5]));
            sealedBytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static void AssertAgree(Random random, AesCcm ccm, PlatformAesCcm platform)
    {
        var nonce = RandomBytes(random, random.Next(7, 14));
        var associated = RandomBytes(random, random.Next(0, AesCcm.AssociatedBytesMax + 1));
        var text = RandomBytes(random, random.Next(0, random.Next(4) == 0 ? AesCcm.TextBytesMax + 1 : 32));
        var tagBytes = 4 + (2 * random.Next(0, 7));
        var expected = new byte[text.Length + tagBytes];
        platform.Encrypt(nonce, text, expected.AsSpan(0, text.Length), expected.AsSpan(text.Length), associated);

        Assert.True(expected.AsSpan().SequenceEqual(Seal(ccm, nonce, associated, text, tagBytes)));
        var opened = new byte[text.Length];
        Assert.True(ccm.Open(nonce, associated, associated.Length, expected, 0, text.Length, tagBytes, opened));
        Assert.True(opened.AsSpan().SequenceEqual(text));
    }

    private static byte[] Seal(AesCcm ccm, byte[] nonce, byte[] associated, byte[] text, int tagBytes)
    {
        byte[] frame = [.. text, .. new byte[tagBytes]];
        ccm.Seal(nonce, associated, associated.Length, frame, 0, text.Length, tagBytes);
        return frame;
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
