using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.EndToEnd.Tests.Docs;

/// <summary>The guides, done as they stand: the real gateway, a real mosquitto, and the whole unit on a simulated board.</summary>
public sealed class GuideTests(ITestOutputHelper output)
{
    private const int MqttPort = 1883;
    private const int SecureMqttPort = 8883;
    private const int HealthPort = 8080;
    private const int ForwarderPort = 1700;

    [Fact]
    public async Task OperatorGuide_FromFirstToLast_DoesWhatItSays()
    {
        await using var run = new GuideRun(nameof(OperatorGuide_FromFirstToLast_DoesWhatItSays), output, [MqttPort, SecureMqttPort, HealthPort], ForwarderPort);
        Assert.True(await run.FollowAsync("docs/operator-guide.md") >= 15);
    }

    [Fact]
    public async Task TechnicianGuide_FromFirstToLast_DoesWhatItSays()
    {
        await using var run = new GuideRun(nameof(TechnicianGuide_FromFirstToLast_DoesWhatItSays), output, [MqttPort, HealthPort], ForwarderPort);
        run.Replace("/dev/ttyUSB0", run.InFolder("unit.tty"));
        Assert.True(await run.FollowAsync("docs/technician-guide.md") >= 8);
    }

    [Fact]
    public async Task DeveloperGuide_EncoderUnderSimulatedInput_DoesWhatItSays()
    {
        await using var run = new GuideRun(
            nameof(DeveloperGuide_EncoderUnderSimulatedInput_DoesWhatItSays), output, [MqttPort, HealthPort], ForwarderPort);
        Assert.True(await run.FollowAsync("docs/developer-guide.md") >= 6);
    }

    [Fact]
    public async Task Readme_ThePartsByThemselves_DoWhatItSays()
    {
        await using var run = new GuideRun(nameof(Readme_ThePartsByThemselves_DoWhatItSays), output, [MqttPort, HealthPort], ForwarderPort);
        Assert.True(await run.FollowAsync("README.md") >= 5);
        Assert.Equal(1, await run.FollowAsync("docs/mqtt.md"));
    }
}
