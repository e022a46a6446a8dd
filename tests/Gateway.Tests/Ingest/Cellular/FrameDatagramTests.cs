using BoatTelemetry.Gateway.Ingest.Cellular;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.Cellular;

public sealed class FrameDatagramTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("", CellularRejection.Empty, "")]
    [InlineData("4404D388", CellularRejection.None, "4404D388")]
    [InlineData("00", CellularRejection.Empty, "")]
    [InlineData("00044404D388", CellularRejection.None, "4404D388")]
    [InlineData("0002440402CAFE", CellularRejection.None, "4404 CAFE")]
    [InlineData("000244040", CellularRejection.CutOff, "4404")]
    [InlineData("00024404", CellularRejection.None, "4404")]
    [InlineData("0003440405", CellularRejection.None, "440405")]
    [InlineData("000244040544", CellularRejection.CutOff, "4404")]
    [InlineData("0002440400", CellularRejection.LengthOutOfRange, "4404")]
    [InlineData("00024404DF", CellularRejection.LengthOutOfRange, "4404")]
    public void TryTake_Datagram_GivesItsFramesAndSaysWhatIsWrong(string hex, CellularRejection rejection, string frames)
    {
        if (hex.Length % 2 == 1)
            hex += "1";
        var (taken, why) = Take(Convert.FromHexString(hex));

        Assert.Equal(rejection, why);
        Assert.Equal(frames, string.Join(' ', taken.Select(Convert.ToHexString)));
    }

    [Theory]
    [InlineData(222, CellularRejection.None)]
    [InlineData(223, CellularRejection.TooLong)]
    public void TryTake_OneFrame_IsTakenUpToTheLongest(int bytes, CellularRejection rejection)
    {
        var datagram = new byte[bytes];
        datagram[0] = 0x44;
        Assert.Equal(rejection, Take(datagram).Rejection);
    }

    [Fact]
    public void Datagrams_RandomAndMutated_NeverThrow()
    {
        var random = Seed.New(output);
        var frames = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var (taken, _) = Take(Hostile.Next(random, [0, 4, 0x44, 4, 0xD3, 0x88, 2, 0x44, 4, 3, 1, 2, 3], 1000));
            Assert.All(taken, frame => Assert.InRange(frame.Length, 1, 222));
            frames += taken.Count;
        }

        Assert.True(frames > 100_000);
    }

    private static (List<byte[]> Frames, CellularRejection Rejection) Take(byte[] bytes)
    {
        List<byte[]> frames = [];
        var datagram = new FrameDatagram(bytes);
        while (datagram.TryTake(out var frame))
            frames.Add(frame.ToArray());
        return (frames, datagram.Rejection);
    }
}
