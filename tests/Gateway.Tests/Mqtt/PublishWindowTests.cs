using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

public sealed class PublishWindowTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(15, false)]
    [InlineData(16, true)]
    [InlineData(200, true)]
    public void MayGather_NobodyStandsBehindTheWindow_IfManyAreUnderWay(int underWay, bool may) => Assert.Equal(may, MayGather(256, underWay));

    [Theory]
    [InlineData(127, 127, true)]
    [InlineData(127, 128, false)]
    [InlineData(128, 129, true)]
    public void MayGather_TheWindowIsFull_IfTheBrokerHasEnoughToDo(int onWireMax, int given, bool may) => Assert.Equal(may, MayGather(onWireMax, given));

    private static bool MayGather(int onWireMax, int given)
    {
        var window = new PublishWindow(_ => { }, _ => { });
        window.Open(onWireMax, null, timeoutMs: 600_000);
        var message = new MqttMessage { Topic = "t" };
        for (var i = 0; i < given; i++)
            _ = window.PublishAsync(message, CancellationToken.None);
        var may = window.MayGather;
        window.End(new MqttDisconnection(MqttLinkFailure.Closed, null, "over"));
        return may;
    }
}
