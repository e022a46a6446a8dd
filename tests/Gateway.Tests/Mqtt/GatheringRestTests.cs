using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

public sealed class GatheringRestTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Worked_OnWorkThatComesAlone_NeverRests()
    {
        var rest = new GatheringRest(_time);
        for (var i = 0; i < 10; i++)
        {
            rest.Worked();
            _time.Advance(TimeSpan.FromMilliseconds(GatheringRest.StreamMs));
        }

        Assert.Equal(0, rest.Rests);
    }

    [Fact]
    public void Worked_InAStream_RestsBehindEachButTheFirst_UntilTheStreamEnds()
    {
        var rest = new GatheringRest(_time);
        for (var i = 0; i < 10; i++)
        {
            rest.Worked();
            _time.Advance(TimeSpan.FromMilliseconds(GatheringRest.StreamMs - 1));
        }

        Assert.Equal(9, rest.Rests);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        rest.Worked();
        Assert.Equal(9, rest.Rests);
    }
}
