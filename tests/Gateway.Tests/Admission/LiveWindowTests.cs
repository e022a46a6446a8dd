using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;

namespace BoatTelemetry.Gateway.Tests.Admission;

public sealed class LiveWindowTests
{
    [Theory]
    [InlineData(10, FrameRejection.Replayed)]
    [InlineData(9, FrameRejection.Older)]
    [InlineData(7, FrameRejection.Replayed)]
    [InlineData(6, FrameRejection.Older)]
    [InlineData(0, FrameRejection.Older)]
    public void Classify_NotNewer_TellsReplaysFromOvertakenOnes(long counter, FrameRejection rejection)
    {
        var window = LiveWindow.Empty.Admit(7).Admit(8).Admit(10);

        Assert.Equal(rejection, window.Classify(counter));
    }

    [Theory]
    [InlineData(63, FrameRejection.Replayed)]
    [InlineData(64, FrameRejection.Older)]
    [InlineData(65, FrameRejection.Older)]
    public void Classify_AtTheWindowsEnd_CallsWhatIsBeyondOlder(uint ahead, FrameRejection rejection)
    {
        var window = LiveWindow.Empty.Admit(1000).Admit(1000 + ahead);

        Assert.Equal(rejection, window.Classify(1000));
    }

    [Fact]
    public void Admit_NotNewer_IsMisuse() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LiveWindow.Empty.Admit(5).Admit(5));
}
