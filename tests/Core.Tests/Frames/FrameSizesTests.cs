using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Frames;

/// <summary>Sizes on air, of frames that were made, against the limits that radio and law set.</summary>
public sealed class FrameSizesTests(ITestOutputHelper output)
{
    /// <summary>The largest PHY payload under a dwell limit of 400 ms at 125 kHz (AS923): SF10, SF9, SF7.</summary>
    private const int Sf10BytesMax = 24;
    private const int Sf9BytesMax = 66;
    private const int Sf7BytesMax = 255;

    [Theory]
    [InlineData("live area: Batam, under way, alarm", 19, Sf10BytesMax)]
    [InlineData("live world: mid-Atlantic, unknowns", 20, Sf10BytesMax)]
    [InlineData("track: shortest payload, opaque here", 28, Sf9BytesMax)]
    [InlineData("track: 222 bytes on air, opaque here", 222, Sf7BytesMax)]
    [InlineData("sketch: shortest payload, opaque here", 27, Sf9BytesMax)]
    [InlineData("sketch: 66 bytes on air, opaque here", 66, Sf9BytesMax)]
    [InlineData("event area: SOS, three persons", 24, Sf10BytesMax)]
    [InlineData("event world: SOS without a position", 24, Sf10BytesMax)]
    [InlineData("event area, long: contact sighted", 29, Sf9BytesMax)]
    [InlineData("event world, long: last codes", 29, Sf9BytesMax)]
    [InlineData("status: an ordinary one", 24, Sf10BytesMax)]
    [InlineData("status, long: an ordinary one", 61, Sf9BytesMax)]
    [InlineData("acknowledgement: some above the base", 16, Sf10BytesMax)]
    [InlineData("acknowledgement, long: last codes", 24, Sf10BytesMax)]
    [InlineData("command: report interval", 24, Sf10BytesMax)]
    [InlineData("command: status request, short", 20, Sf10BytesMax)]
    [InlineData("command: backlog range", 27, Sf9BytesMax)]
    [InlineData("command: SOS acknowledged, code 9", 24, Sf10BytesMax)]
    [InlineData("command: key change", 35, Sf9BytesMax)]
    public void Seal_SizeOnAir_IsAsSpecified(string name, int bytes, int carrierBytesMax)
    {
        var frame = VectorFrames.Seal(FrameVectors.GoodOne(name));
        output.WriteLine($"{bytes,4}  {name}");
        Assert.Equal(bytes, frame.Length);
        Assert.True(bytes <= carrierBytesMax);
    }

    [Theory]
    [InlineData("live area: Batam, under way, alarm", 11)]
    [InlineData("live world: mid-Atlantic, unknowns", 12)]
    public void Body_OfALivePosition_IsWhatLoRaWanCarriesAtSf10(string name, int bytes)
    {
        Assert.Equal(bytes, FrameVectors.GoodOne(name).Body.Length / 2);
    }
}
