using BoatTelemetry.Mqtt;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>The contracts, run with each library that this build has.</summary>
public sealed class LibMosquittoLinkTests() : MqttLinkContract(MqttStacks.Named("libmosquitto"));

public sealed class LibMosquittoLinkFilesTests() : MqttLinkFilesContract(MqttStacks.Named("libmosquitto"));

public sealed class LibMosquittoBrokerTests() : MqttBrokerContract(MqttStacks.Named("libmosquitto"));

#if MQTTNET
public sealed class MqttNetLinkTests() : MqttLinkContract(MqttStacks.Named("MQTTnet"));

public sealed class MqttNetLinkFilesTests() : MqttLinkFilesContract(MqttStacks.Named("MQTTnet"));

public sealed class MqttNetBrokerTests() : MqttBrokerContract(MqttStacks.Named("MQTTnet"));
#else
public sealed class MqttNetTests
{
    [Fact(Skip = "this build has no MQTTnet (MqttStack=Mosquitto)")]
    public void MqttNet_LinkAndBroker_Contracts()
    {
    }
}
#endif

public sealed class MqttStackTests
{
    [Fact]
    public void Default_OfThisBuild_IsTheChosenOneAndFirst()
    {
#if MQTTNET
        Assert.Equal("MQTTnet", MqttStack.Default.Name);
        Assert.Equal(["MQTTnet", "libmosquitto"], MqttStack.All.Select(s => s.Name));
#else
        Assert.Equal("libmosquitto", MqttStack.Default.Name);
        Assert.Equal(["libmosquitto"], MqttStack.All.Select(s => s.Name));
#endif
        Assert.Same(MqttStack.Default, MqttStack.All[0]);
    }
}

internal static class MqttStacks
{
    public static IMqttStack Named(string name) => MqttStack.All.Single(s => s.Name == name);

    public static IEnumerable<(IMqttStack Broker, IMqttStack Client)> Pairs() =>
        from broker in MqttStack.All from client in MqttStack.All select (broker, client);
}
